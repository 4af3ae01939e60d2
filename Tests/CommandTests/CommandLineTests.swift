import Foundation
import Testing

/// Words on the command line, how they end, and how what is said begins.
struct CommandLineCase: CustomTestStringConvertible, Sendable {
  let words: [String]
  let errors: String
  var testDescription: String { words.joined(separator: " ") }

  init(_ words: String..., says errors: String) { (self.words, self.errors) = (words, errors) }

  static let refused: [CommandLineCase] = [
    CommandLineCase(
      "rum",
      says: """
        error: gan-exp has no command `rum`
          = did you mean `gan-exp run`?
          = commands: …

        """),
    CommandLineCase(
      "tiny.yaml",
      says: """
        error: gan-exp has no command `tiny.yaml`
          = to train it: gan-exp run tiny.yaml
        """),
    CommandLineCase(
      "help", "vlidate",
      says: "error: gan-exp has no command `vlidate`\n  = did you mean `gan-exp validate`?\n"),
    CommandLineCase(
      "data", "chek",
      says: """
        error: gan-exp data has no command `chek`
          = did you mean `gan-exp data check`?
          = commands: …

        """),
    CommandLineCase(
      "train", says: "error: gan-exp has no command `train`\n  = did you mean `gan-exp run`?\n"),
    CommandLineCase(
      "plot",
      says: """
        error: gan-exp has no command `plot`
          = did you mean `gan-exp report` or `gan-exp compare --curves curves.svg`?

        """),
    CommandLineCase(
      "sweep", "mine.yaml",
      says: "error: gan-exp has no command `sweep`\n"
        + "  = did you mean `gan-exp run FILE --sweep 'latent.size=[8,32]'`?\n"),
    CommandLineCase(
      "run", "tiny.yaml", "--epochs", "3",
      says: "error: Unknown option '--epochs'\n"
        + "  = did you mean `--set 'schedule.length=3 epochs'`?\nUsage: gan-exp run"),
    CommandLineCase(
      "run", "tiny.yaml", "--lr=1e-4",
      says: "error: Unknown option '--lr'\n  = did you mean `--set optimizer.learning_rate=1e-4`?\n"
    ),
    CommandLineCase(
      "run", "tiny.yaml", "--loss", "lsgan",
      says: "error: Unknown option '--loss'\n  = did you mean `--set loss.kind=least_squares`?\n"),
    CommandLineCase(
      "run", "tiny.yaml", "--dry-run",
      says: "error: Unknown option '--dry-run'\n  = did you mean `--plan`?\n"),
    CommandLineCase(
      "run", "tiny.yaml", "-o", "x",
      says: "error: Unknown option '-o'\n  = did you mean `--results`?\n"),
    CommandLineCase(
      "sample", "@last", "-o", "x",
      says: "error: Unknown option '-o'\n  = did you mean `--to`?\n"),
    CommandLineCase(
      "run", "--config", "tiny.yaml",
      says: "error: Unknown option '--config'\n  = the file stands alone: gan-exp run tiny.yaml\n"),
    CommandLineCase(
      "run", "tiny.yaml", "--resume", "x",
      says: "error: Unknown option '--resume'\n  = did you mean `gan-exp resume`?\n"),
    CommandLineCase("--versoin", says: "error: Unknown option '--versoin'"),
    CommandLineCase("run", says: "error: Missing expected argument '<spec>'"),
    CommandLineCase(
      "run", "tiny.yaml", "more.yaml", says: "error: Unexpected argument 'more.yaml'"),
    CommandLineCase(
      "run", "tiny.yaml", "--result", "x",
      says: "error: Unknown option '--result'. Did you mean '--results'?"),
    CommandLineCase(
      "run", "tiny.yaml", "--set", says: "error: Missing value for '--set <key=value>'"),
    CommandLineCase(
      "run", "tiny.yaml", "--threads", "0",
      says: "error: --threads takes a number from 1 to 1024"),
    CommandLineCase(
      "run", "tiny.yaml", "--threads", "two",
      says: "error: The value 'two' is invalid for '--threads <n>'"),
    CommandLineCase(
      "run", "tiny.yaml", "--device", "cuda",
      says: "error: The value 'cuda' is invalid for "
        + "'--device <cpu|reference|xla-cpu|gpu|tpu|plugin.so>'. "
        + "Please provide one of 'cpu', 'reference', 'xla-cpu', 'gpu' or 'tpu'."),
    CommandLineCase("validate", says: "error: Missing expected argument '<specs> ...'"),
    CommandLineCase(
      "describe", "tiny.yaml", "--jsn",
      says: "error: Unknown option '--jsn'. Did you mean '--json'?"),
    CommandLineCase("sample", says: "error: Missing expected argument '<run>'"),
    CommandLineCase(
      "sample", "results", "--checkpoint", "first",
      says: "error: --checkpoint takes last, best or a step, not `first`\nUsage: gan-exp sample "),
    CommandLineCase(
      "sample", "results", "--grid", "4",
      says: "error: --grid takes rows x columns such as 4x5, not `4`\nUsage: gan-exp sample "),
    CommandLineCase(
      "sample", "results", "--grid", "0x5",
      says: "error: --grid takes rows x columns such as 4x5, not `0x5`"),
    CommandLineCase(
      "sample", "results", "--labels", "9..0",
      says: "error: --labels takes classes such as 0..9 or 3,1,4, not `9..0`"),
    CommandLineCase(
      "sample", "results", "--labels", "1,,2",
      says: "error: --labels takes classes such as 0..9 or 3,1,4, not `1,,2`"),
    CommandLineCase(
      "sample", "results", "--seed", "-1", says: "error: "),
    CommandLineCase("resume", says: "error: Missing expected argument '<run>'"),
    CommandLineCase(
      "resume", "@last", "--extend", "12",
      says: "error: --extend takes length='400 epochs', not `12`"),
    CommandLineCase(
      "trace", "tiny.yaml", says: "error: Missing expected argument '--output <file>'"),
    CommandLineCase(
      "trace", "tiny.yaml", "-o", "x", "--steps", "0",
      says: "error: --steps takes a number from 1"),
    CommandLineCase(
      "show", "gan", says: "error: results: there is no run in here\n"),
    CommandLineCase(
      "ls", "--where", "seed >",
      says: """
        error: --where: the expression ends too early
          = seed >
          =       ^

        """),
    CommandLineCase("diff", "@last", says: "error: Missing expected argument '<new>'"),
    CommandLineCase("rm", says: "error: name a run or a sweep, or say --where"),
    CommandLineCase("compare", "--at", "0", says: "error: --at takes a step from 1 on"),
    CommandLineCase("compare", "gan", says: "error: results: there is no run in here\n"),
    CommandLineCase(
      "layers", "liner",
      says: """
        error: no layer, loss, optimizer or other word of a spec is named `liner`
          = did you mean `linear`?
          = `gan-exp layers` lists them all

        """),
    CommandLineCase(
      "layers", "shcedule",
      says: """
        error: no layer, loss, optimizer or other word of a spec is named `shcedule`
          = did you mean `schedule`?

        """),
    CommandLineCase(
      "data", "get", "mnits",
      says: """
        error: there is no data set `mnits` to fetch
          = did you mean `mnist`?
          = to be had: cifar10, cifar100, fashion_mnist, kmnist, mnist

        """),
    CommandLineCase("data", "get", says: "error: Missing expected argument '<name>'"),
    CommandLineCase(
      "data", "check", "mnits",
      says: """
        source:1:1: error: unknown data source `mnits`
         1 | mnits
           | ^~~~~ did you mean `mnist`?
           = data sources: …

        """),
    CommandLineCase(
      "data", "show", "mnist", "--columns", "0",
      says: "error: --columns takes a number from 1 to 200"),
  ]
}

@Suite
struct CommandLineTests {
  @Test(arguments: CommandLineCase.refused)
  func aWrongCommandLineExit2WhatIsWrongWithItOnStderrNothingCreated(_ line: CommandLineCase) throws
  {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.start(line.words).finish()
    #expect(result.end == .exit(2))
    #expect(withoutLists(result.errors).hasPrefix(line.errors), "\(result.errors)")
    #expect(result.output == "")
    #expect(try place.names() == ["tiny.yaml"])
  }

  @Test(arguments: CommandWords.all)
  func helpOfEveryCommandExit0OnStdoutNoLineWiderThanATerminal(_ command: CommandWords) throws {
    let place = try Place()
    let words = command.words
    let result = try place.start(words + ["--help"]).finish()
    #expect(result.end == .exit(0))
    #expect(result.errors == "")
    #expect(result.output.contains("USAGE: \((["gan-exp"] + words).joined(separator: " "))"))
    let prose = result.lines.filter { !$0.hasPrefix("USAGE:") }
    #expect(prose.allSatisfy { $0.count <= 80 })
    if !words.isEmpty {
      #expect(try place.start(["help"] + words).finish().output == result.output)
    }
  }

  @Test func theListOfCommandsIsTheProgramsOwn() {
    let known = CommandWords.all.map(\.testDescription)
    #expect(Set(["gan-exp", "gan-exp run", "gan-exp data get"]).isSubset(of: known), "\(known)")
  }

  @Test
  func ganExpAloneShowsTheHelpWhoseExamplesStandEachOnTheirLine() throws {
    let place = try Place()
    let result = try place.run()
    #expect(result.end == .exit(0))
    #expect(try result.output == place.run("--help").output)
    #expect(
      result.lines.contains(
        "  gan-exp run experiments/quickstart.yaml   train; it names its pictures"))
    #expect(result.lines.contains { $0.hasSuffix("  129, 130, 143  interrupted and saved") })
    #expect(
      try place.run("--version").output
        .contains(/^gan-exp [0-9]+\.[0-9]+\.[0-9]+ \((unknown commit|[0-9a-f]{12}(-dirty)?)\)\n$/))
  }

  @Test
  func layersListsEveryWordASpecMayUseAndExplainsEach() throws {
    let place = try Place()
    let list = try place.run("layers")
    #expect(list.end == .exit(0))
    #expect(list.errors == "")
    for category in ["layers", "losses", "penalties", "optimizers", "initializers", "data sources"]
    {
      #expect(list.lines.contains(category), "\(category)")
    }
    let words = list.output.matches(of: #/\n  ([a-z0-9_]+) +/#).map { String($0.1) }
    #expect(
      Set(["linear", "conv", "least_squares", "adam", "xavier", "mnist"]).isSubset(of: words))
    let section = try place.run("layers", "init").output
    #expect(section.hasPrefix("architecture.init, init (section): "))
    #expect(section.components(separatedBy: "(section)").count == 2)
    for word in words {
      let one = try place.run("layers", word)
      #expect(one.end == .exit(0))
      #expect(one.output.hasPrefix("\(word) ("), "\(word)")
    }
    for (word, start) in [
      ("lsgan", "`lsgan` is here the loss `least_squares`:\n\nleast_squares (loss): "),
      (
        "wgan-gp", "`wgan-gp` is here the loss `wasserstein`, with `penalties: [gradient_penalty]`:"
      ),
      ("Dense", "`Dense` is here the layer `linear`:\n\nlinear (layer): "),
      ("n_epochs", "`n_epochs` is here `schedule.length`:\n\nschedule.length (key): "),
      ("schedule", "schedule (section): "), ("optimizer.betas", "optimizer.betas (key): "),
      ("fid", "There is no `fid` here: "),
    ] {
      let one = try place.run("layers", word)
      #expect(one.end == .exit(0) && one.output.hasPrefix(start), "\(one.output)")
    }
    let leaky = try place.run("layers", "leaky_relu").output
    #expect(leaky.contains("\n  slope  Slope for x < 0 (default 0.01)\n"))
  }
}
