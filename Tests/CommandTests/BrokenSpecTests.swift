import Foundation
import Testing

/// The lists of words that are known, which grow with every layer, cut short.
func withoutLists(_ errors: String) -> String {
  errors.replacing(/= (layers|losses|keys here|data sources|commands): [a-z_, 0-9]+/) { match in
    "= \(match.1): …"
  }
}

/// One change to a good spec, and every word that is said about it.
struct BrokenSpec: CustomTestStringConvertible, Sendable {
  static let good = """
    version: 1
    name: demo
    data: {source: mnist, size: 32, batch: 64}
    latent: {size: 100, distribution: normal}
    architecture:
      generator:
        - linear: 1024
        - tanh
        - image: {channels: 1, size: 32}
      discriminator:
        - flatten
        - linear: 256
        - leaky_relu: 0.2
        - linear: 1
    loss: {kind: cross_entropy}
    optimizer: {kind: adam, learning_rate: 2e-4}
    schedule: {length: 2 epochs}
    record: {log: 50 steps}

    """

  let testDescription: String
  private let changes: [(old: String, new: String)]
  let errors: String

  init(_ title: String, _ changes: (old: String, new: String)..., errors: String) {
    (testDescription, self.changes, self.errors) = (title, changes, errors + "\n")
  }

  var yaml: String {
    changes.reduce(Self.good) { $0.replacingOccurrences(of: $1.old, with: $1.new) }
  }

  static let all: [BrokenSpec] = [
    BrokenSpec(
      "a misspelled key", (old: "learning_rate", new: "lerning_rate"),
      errors: """
        demo.yaml:16:25: error: unknown key `lerning_rate` in optimizer (adam)
         16 | optimizer: {kind: adam, lerning_rate: 2e-4}
            |                         ^~~~~~~~~~~~ did you mean `learning_rate`?
            = keys here: …
        """),
    BrokenSpec(
      "a misspelled loss", (old: "cross_entropy", new: "crossentropy"),
      errors: """
        demo.yaml:15:14: error: unknown loss `crossentropy`
         15 | loss: {kind: crossentropy}
            |              ^~~~~~~~~~~~ did you mean `cross_entropy`?
            = losses: …
        """),
    BrokenSpec(
      "a fraction of an image", (old: "batch: 64", new: "batch: 1.5"),
      errors: """
        demo.yaml:3:40: error: `batch` in data must be a whole number, found `1.5`
         3 | data: {source: mnist, size: 32, batch: 1.5}
           |                                        ^~~
        """),
    BrokenSpec(
      "a length without a unit", (old: "2 epochs", new: "2"),
      errors: """
        demo.yaml:17:20: error: `length` in schedule must be a length such as 200 epochs, 10k steps or 5M images, found `2`
         17 | schedule: {length: 2}
            |                    ^ write `2 epochs` or `2 steps`
        """),
    BrokenSpec(
      "a schedule of growth for networks without levels",
      (old: "2 epochs}", new: "2 epochs, growing: {fade: 1 epochs, stable: 1 epochs}}"),
      errors: """
        demo.yaml:17:30: error: schedule.growing: the generator has no levels
         17 | schedule: {length: 2 epochs, growing: {fade: 1 epochs, stable: 1 epochs}}
            |                              ^~~~~~~
            = make each size of image a `grow` entry of architecture.generator
        demo.yaml:17:30: error: schedule.growing: the discriminator has no levels
         17 | schedule: {length: 2 epochs, growing: {fade: 1 epochs, stable: 1 epochs}}
            |                              ^~~~~~~
            = make each size of image a `grow` entry of architecture.discriminator
        """),
    BrokenSpec(
      "a time to fade in without a unit",
      (old: "2 epochs}", new: "2 epochs, growing: {fade: 100, stable: [1 epochs, 2 eons]}}"),
      errors: """
        demo.yaml:17:46: error: `fade` in schedule.growing must be a length such as 10 epochs, 10k steps or 600k images, or a list of them, found `100`
         17 | schedule: {length: 2 epochs, growing: {fade: 100, stable: [1 epochs, 2 eons]}}
            |                                              ^~~
        demo.yaml:17:70: error: `stable` in schedule.growing must be a length such as 200 epochs, 10k steps or 5M images, found `2 eons`
         17 | schedule: {length: 2 epochs, growing: {fade: 100, stable: [1 epochs, 2 eons]}}
            |                                                                      ^~~~~~
        """),
    BrokenSpec(
      "a section that is not there",
      (old: "data: {source: mnist, size: 32, batch: 64}\n", new: ""),
      errors: """
        demo.yaml:1:1: error: the spec needs `data`
         1 | version: 1
           | ^
           = data: The images or vectors to learn from
        """),
    BrokenSpec(
      "a key written twice", (old: "name: demo", new: "name: demo\nname: demo2"),
      errors: """
        demo.yaml:3:1: error: `name` is written twice
         3 | name: demo2
           | ^~~~ first at line 2
        """),
    BrokenSpec(
      "a name that is no name of a folder", (old: "name: demo", new: "name: gan/first"),
      errors: """
        demo.yaml:2:7: error: `name` is the name of a folder too, and cannot be `gan/first`
         2 | name: gan/first
           |       ^~~~~~~~~ no slashes, no dot in front
        """),
    BrokenSpec(
      "a tab", (old: "  generator:", new: "\tgenerator:"),
      errors: """
        demo.yaml:6:1: error: a tab in the indentation
         6 |  generator:
           | ^ indent with spaces
        """),
    BrokenSpec(
      "a brace that stays open", (old: "2 epochs}", new: "2 epochs"),
      errors: """
        demo.yaml:18:7: error: expected `,` or `}`
         18 | record: {log: 50 steps}
            |       ^
            = while parsing a flow mapping that began at line 17
        """),
    BrokenSpec(
      "a second document", (old: "name: demo", new: "name: demo\n---\nname: demo"),
      errors: """
        demo.yaml:3:1: error: a second document begins here
         3 | ---
           | ^~~ one file is one experiment
        """),
    BrokenSpec(
      "an image of another size than its pixels", (old: "linear: 1024", new: "linear: 1000"),
      errors: """
        demo.yaml:9:7: error: an image of 1×32×32 has 1024 pixels, but vectors of 1000 come in
         9 |     - image: {channels: 1, size: 32}
           |       ^~~~~
           = after layer 1 (tanh): 1000
           = put `linear: 1024` before it
        """),
    BrokenSpec(
      "images of another size than the data", (old: "linear: 1024", new: "linear: 784"),
      (old: "channels: 1, size: 32", new: "channels: 1, size: 28"),
      errors: """
        demo.yaml:9:7: error: generator makes 1×28×28 images, data has 1×32×32
         9 |     - image: {channels: 1, size: 28}
           |       ^~~~~
           = after layer 2 (image): 1×28×28
           = change the layers, or set data.size: 28
        """),
    BrokenSpec(
      "a critic of ten scores", (old: "- linear: 1\n", new: "- linear: 10\n"),
      errors: """
        demo.yaml:14:7: error: discriminator gives 10 numbers a sample, the loss cross_entropy takes one score
         14 |     - linear: 10
            |       ^~~~~~
            = after layer 3 (linear): 10
            = end with `linear: 1` (before a closing `sigmoid`), or with a `conv` of one channel
        """),
    BrokenSpec(
      "a layer that needs labels where there are none",
      (old: "- flatten", new: "- flatten\n    - concat_label: {embedding: 10}"),
      errors: """
        demo.yaml:12:7: error: there are no labels to concatenate
         12 |     - concat_label: {embedding: 10}
            |       ^~~~~~~~~~~~
            = after layer 0 (flatten): 1024
            = write `labels: {classes: 10}`
        """),
    BrokenSpec(
      "three errors at once, in the order of the lines", (old: "2e-4", new: "fast"),
      (old: "source: mnist", new: "source: minst"), (old: "- tanh", new: "- tahn"),
      errors: """
        demo.yaml:3:16: error: unknown data source `minst`
         3 | data: {source: minst, size: 32, batch: 64}
           |                ^~~~~ did you mean `mnist`?
           = data sources: …
        demo.yaml:8:7: error: unknown layer `tahn`
         8 |     - tahn
           |       ^~~~ did you mean `tanh`?
           = layers: …
        demo.yaml:16:40: error: `learning_rate` in optimizer (adam) must be a number, found `fast`
         16 | optimizer: {kind: adam, learning_rate: fast}
            |                                        ^~~~
        """),
  ]
}

@Suite
struct BrokenSpecTests {
  /// docs/failures.md: any spec error: exit 3, all errors, nothing created
  @Test(arguments: BrokenSpec.all)
  func anySpecErrorExit3AllErrorsNothingCreated(_ broken: BrokenSpec) throws {
    let place = try Place()
    try place.write("demo.yaml", broken.yaml)
    for command in ["validate", "run"] {
      let result = try place.run(command, "demo.yaml")
      #expect(result.end == .exit(3), "\(command)")
      #expect(withoutLists(result.errors) == broken.errors, "\(command)")
      #expect(result.output == "", "\(command)")
    }
    #expect(try place.names() == ["demo.yaml"])
  }

  @Test
  func theSpecThatTheTableBreaksIsAGoodOne() throws {
    let place = try Place()
    try place.write("demo.yaml", BrokenSpec.good)
    let result = try place.run("validate", "demo.yaml")
    #expect(result.end == .exit(0))
    #expect(result.output == "demo.yaml: ok\n")
    #expect(result.errors == "")
  }

  @Test
  func validateJsonGivesEveryProblemOfEveryFileAsData() throws {
    let place = try Place()
    try place.write("good.yaml", BrokenSpec.good)
    try place.write("a.yaml", BrokenSpec.good.replacingOccurrences(of: "- tanh", with: "- tahn"))
    try place.write("b.yaml", BrokenSpec.good.replacingOccurrences(of: "64", with: "0"))
    let result = try place.run("validate", "--json", "a.yaml", "good.yaml", "b.yaml")
    #expect(result.end == .exit(3))
    #expect(result.errors == "")
    let problems = try #require(
      JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(problems.map { $0["file"] as? String } == ["a.yaml", "b.yaml"])
    #expect(problems.map { $0["line"] as? Int } == [8, 3])
    #expect(problems.map { $0["column"] as? Int } == [7, 40])
    #expect(problems.map { $0["endColumn"] as? Int } == [11, 41])
    #expect(problems.map { $0["severity"] as? String } == ["error", "error"])
    #expect(problems.first?["message"] as? String == "unknown layer `tahn`")
    #expect(problems.first?["label"] as? String == "did you mean `tanh`?")

    let good = try place.run("validate", "--json", "good.yaml")
    #expect(good.end == .exit(0))
    #expect(good.lines == ["[]"])
  }

  @Test
  func aGoodFileAmongBrokenOnesIsStillSaidToBeGood() throws {
    let place = try Place()
    try place.write("good.yaml", BrokenSpec.good)
    try place.write("bad.yaml", BrokenSpec.good.replacingOccurrences(of: "- tanh", with: "- tahn"))
    let result = try place.run("validate", "bad.yaml", "good.yaml")
    #expect(result.end == .exit(3))
    #expect(result.output == "good.yaml: ok\n")
    #expect(result.errors.hasPrefix("bad.yaml:8:7: error: unknown layer `tahn`\n"))
  }

  @Test
  func aWrongSetIsShownLikeAWrongLine() throws {
    let place = try Place()
    try place.write("demo.yaml", BrokenSpec.good)
    let result = try place.run("run", "demo.yaml", "--set", "data.batc=3")
    #expect(result.end == .exit(3))
    #expect(
      withoutLists(result.errors) == """
        --set: error: unknown key `batc` in data
         --set | data.batc=3
               |      ^~~~ did you mean `batch`?
               = keys here: …

        """)
    #expect(try place.names() == ["demo.yaml"])
  }

  struct Absent: CustomTestStringConvertible, Sendable {
    let word: String
    let errors: String
    var testDescription: String { word }
  }

  @Test(arguments: [
    Absent(
      word: "dmeo.yaml",
      errors: "dmeo.yaml: error: file not found\n  = did you mean `demo.yaml`?\n"),
    Absent(
      word: "demo", errors: "demo: error: file not found\n  = did you mean `demo.yaml`?\n"),
    Absent(
      word: "first.yaml",
      errors: "first.yaml: error: file not found\n  = did you mean `experiments/first.yaml`?\n"),
    Absent(
      word: "experiments/frist.yaml",
      errors: """
        experiments/frist.yaml: error: file not found
          = did you mean `experiments/first.yaml`?

        """),
    Absent(word: "other.yaml", errors: "other.yaml: error: file not found\n"),
    Absent(
      word: "experiments",
      errors: """
        experiments: error: this is a folder, not an experiment file
          = experiment files in it: first.yaml

        """),
  ])
  func aFileThatIsNotThereIsNamedWithTheOneThatWasMeant(_ absent: Absent) throws {
    let place = try Place()
    try place.makeFolder("experiments")
    try place.write("demo.yaml", BrokenSpec.good)
    try place.write("experiments/first.yaml", BrokenSpec.good)
    for command in ["validate", "run", "describe"] {
      let result = try place.run(command, absent.word)
      #expect(result.end == .exit(3), "\(command)")
      #expect(result.errors == absent.errors, "\(command)")
      #expect(result.output == "", "\(command)")
    }
  }
}
