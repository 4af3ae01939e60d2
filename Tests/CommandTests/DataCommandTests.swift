import Foundation
import Testing

@Suite
struct DataCommandTests {
  @Test
  func dataLsSaysOfEverySetWhetherItIsThereALineEach() throws {
    let place = try Place()
    let result = try place.run("data", "ls")
    #expect(result.end == .exit(0))
    #expect(result.errors == "")
    #expect(try place.run("data").output == result.output)
    #expect(
      result.lines.contains("               mnist train: MNIST (train-images-idx3-ubyte) not found")
    )
    #expect(result.output.contains(/\n +synthetic digits: 10000 images, sha256 [0-9a-f]{16}…\n/))
  }

  @Test
  func dataCheckCountsTheImagesOfEachClassTheDigestIsThatOfTheContent() throws {
    let place = try Place()
    let result = try place.run("data", "check", "{synthetic: {of: digits, count: 25}}")
    #expect(result.end == .exit(0))
    #expect(result.lines.first == "synthetic digits: 25 images of 1×28×28")
    #expect(result.lines[1].contains(/^sha256 [0-9a-f]{64}$/))
    #expect(
      result.lines[2...].map { $0 }
        == (0..<10).map { "class \($0)  \($0 < 5 ? 3 : 2)" } + ["preview.png"])
    #expect(pictureSize(try place.bytes("preview.png"))[1] == 302)
    let other = try place.run("data", "check", "{synthetic: {of: digits, count: 25, seed: 1}}")
    #expect(other.lines[1] != result.lines[1])
  }

  @Test
  func dataCheckOfAnExperimentTakesTheSourceThatIsNamed() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    for result in [
      try place.run("data", "check", "tiny.yaml", "--preview", "none"),
      try place.run("data", "check", "tiny.yaml", "--preview", "none", "--source", "images"),
    ] {
      #expect(result.end == .exit(0))
      #expect(result.lines.first == "synthetic digits: 64 images of 1×28×28")
    }
    for command in ["check", "show"] {
      let other = try place.run("data", command, "tiny.yaml", "--source", "dogs")
      #expect(other.end == .exit(2))
      #expect(
        other.errors.contains("tiny.yaml has the data of images: name one with --source"))
      let idle = try place.run("data", command, "{synthetic: digits}", "--source", "images")
      #expect(idle.end == .exit(2) && idle.errors.contains("--source is for experiment files"))
    }
  }

  @Test
  func aFolderPairedWithASourceThatIsNotThereIsRefusedWhereItIsWritten() throws {
    let place = try Place()
    let folder = "{folder: {path: own, paired_with: photos}}"
    try place.write("tiny.yaml", TinySpec(source: folder).yaml)
    for result in [
      try place.run("validate", "tiny.yaml"), try place.run("describe", "tiny.yaml"),
      try place.run("run", "tiny.yaml"), try place.run("trace", "tiny.yaml", "-o", "x.safetensors"),
    ] {
      #expect(result.end == .exit(3))
      #expect(result.errors.contains("there is no source `photos` whose files are read"))
      #expect(result.errors.contains("tiny.yaml:4:"))
    }
    #expect(!place.exists("results"))
  }

  /// A grid of digits is as good a picture as any.
  private func place(withPicturesIn folders: [String]) throws -> Place {
    let place = try Place()
    for (index, folder) in folders.enumerated() {
      try place.makeFolder(folder)
      for number in 0...(index + 1) {
        let name = "\(folder)/\(number).png"
        _ = try place.run(
          "data", "show", "{synthetic: {of: digits, count: 20}}", "--columns", "\(4 + number)",
          "--to", name)
      }
    }
    return place
  }

  @Test
  func aFolderBesideTheExperimentFileComesBeforeThoseOfTheDataAndOfHereWhichIsSaid() throws {
    let place = try place(withPicturesIn: ["specs/faces", "data/faces"])
    var spec = TinySpec(source: "{folder: faces}, size: 28", batch: "2", length: "2 steps")
    spec.record = "{checkpoint: {every: 1 steps}}"
    try place.write("specs/tiny.yaml", spec.yaml)
    let words = ["run", "specs/tiny.yaml", "--data-dir", "data"]
    let first = try place.start(words).finish()
    #expect(first.end == .exit(0), "\(first.errors)")
    #expect(
      first.errors.contains(
        "`faces` is specs/faces; there is data/faces too, which is not read\n"), "\(first.errors)")
    let run = try #require(first.lines.first)
    let environment = try place.json(run + "/environment.json")
    let folders = try #require(environment["data_folders"] as? [String])
    #expect(folders.count == 2 && folders[0].hasSuffix("/work/specs"), "\(folders)")
    // Elsewhere, and without the other folder.
    try place.use("rm", "-r", "data")
    try place.makeFolder("away")
    let on = try place.launch([
      "/bin/sh", "-c", "cd away && exec \(Program.path) resume ../\(run) --extend 'length=3 steps'",
    ]).finish()
    #expect(on.end == .exit(0), "\(on.errors)")
    let again = try place.run("run", "specs/tiny.yaml", "--results", "other")
    #expect(again.end == .exit(0) && !again.errors.contains("not read"), "\(again.errors)")
  }

  @Test
  func aFolderThatIsNamedAsADataSetIsPointedOut() throws {
    let place = try place(withPicturesIn: ["cifar10"])
    let result = try place.run("data", "check", "cifar10", "--preview", "none")
    #expect(result.end == .exit(4))
    #expect(
      result.errors.hasPrefix(
        "note: `cifar10` is the data set of that name; what lies here is ./cifar10\n"),
      "\(result.errors)")
    let folder = try place.run("data", "check", "./cifar10", "--preview", "none")
    #expect(folder.end == .exit(0) && folder.errors == "")
  }

  @Test
  func dataCheckOfAFolderTellsSizesClassesAndEveryBadFileAndEndsWith4ForThem() throws {
    let place = try Place()
    _ = try place.run("data", "show", "{synthetic: {of: digits, count: 30}}", "--to", "a.png")
    _ = try place.run("data", "show", "{synthetic: digits}", "--columns", "4", "--to", "b.png")
    for name in ["x/1.png", "x/2.png", "y/1.png"] {
      try place.makeFolder("own/" + name.prefix(1))
      try place.write("own/" + name, try place.bytes(name == "y/1.png" ? "b.png" : "a.png"))
    }
    try place.write("own/x/note.jpg", Array("hello".utf8))
    try place.write("own/x/read.me", Array("hello".utf8))
    let (wide, small) = (
      pictureSize(try place.bytes("a.png")), pictureSize(try place.bytes("b.png"))
    )
    let found = try place.run("data", "check", "own", "--preview", "seen.png")
    #expect(found.end == .exit(4))
    #expect(
      found.lines == [
        "folder own: 3 pictures, as 1×64×64",
        "sizes 2 of \(wide[0])×\(wide[1]), 1 of \(small[0])×\(small[1])", "colour 0, grey 3",
        "kinds 3 PNG", "other files, not read: 1 .me", found.lines[5], "class x  2", "class y  1",
        "bad x/note.jpg: neither JPEG, PNG nor WebP: it begins with the text `hello`", "seen.png",
      ])
    #expect(found.errors.contains("error: folder own: 1 of 4 pictures cannot be used:"))
    // Two rows of 64 pixels with 2 around.
    #expect(pictureSize(try place.bytes("seen.png"))[1] == 134)
    let skipping = try place.run(
      "data", "check", "{folder: {path: own, on_bad_image: skip}}", "--preview", "none")
    #expect(skipping.end == .exit(0) && skipping.lines == Array(found.lines.dropLast()))
  }

  @Test
  func aPreviewIsNeitherPutAmongTheDataNorInPlaceOfAFileOfAnothersMaking() throws {
    let place = try Place()
    _ = try place.run("data", "show", "{synthetic: {of: digits, count: 30}}", "--to", "a.png")
    try place.makeFolder("own/x")
    for name in ["own/x/1.png", "own/x/2.png"] { try place.write(name, try place.bytes("a.png")) }
    let inside = ["sh", "-c", "cd own/x && exec \"$0\" data check .. 2>&1", Program.path]
    let beside = try place.launch(inside).finish()
    let again = try place.launch(inside).finish()
    #expect(beside.end == .exit(0) && again.output == beside.output)
    let preview = "\(place.path)/own-preview.png"
    #expect(beside.lines.last?.hasSuffix(preview) == true, "\(beside.lines)")
    #expect(try place.bytes("own-preview.png").isEmpty == false)

    try place.write("preview.png", "mine")
    let other = try place.run("data", "check", "own")
    #expect(other.lines.last == "preview-2.png")
    #expect(try place.run("data", "show", "own").lines.last == "preview-2.png")
    #expect(try place.bytes("preview.png") == Array("mine".utf8))
    for command in [["check", "own", "--preview"], ["show", "own", "--to"]] {
      let taken = try place.start(["data"] + command + ["preview.png"]).finish()
      #expect(taken.end == .exit(2))
      #expect(
        taken.errors.hasPrefix(
          "error: preview.png is there already and is no preview made by gan-exp\n"))
      let among = try place.start(["data"] + command + ["own/x/p.png"]).finish()
      #expect(among.end == .exit(2) && among.errors.contains("lies among the pictures of "))
    }
    #expect(try place.bytes("preview.png") == Array("mine".utf8))
  }

  @Test
  func dataShowDrawsARowAClass() throws {
    let place = try Place()
    let result = try place.run("data", "show", "{synthetic: digits}", "--columns", "4")
    #expect(result.end == .exit(0))
    #expect(result.output == "preview.png\n")
    // Ten rows of 28 pixels with 2 around; on the left the names of the classes.
    let size = pictureSize(try place.bytes("preview.png"))
    #expect(size[1] == 302)
    #expect(size[0] > 122)
    let refused = try place.run("data", "show", "{synthetic: digits}", "--to", "preview.png/x.png")
    #expect(refused.end == .exit(4))
    #expect(refused.errors.hasPrefix("error: preview.png: cannot create the folder: "))
  }

  @Test
  func dataGetFromAFolderWithoutTheFilesSaysWhereItLooked() throws {
    let place = try Place()
    try place.makeFolder("empty")
    let result = try place.run("data", "get", "mnist", "--from", "empty")
    #expect(result.end == .exit(4))
    #expect(
      result.errors.hasPrefix("error: train-images-idx3-ubyte.gz not found. Looked at:\n    empty/")
    )
    #expect(result.output == "")
  }

  @Test
  func dataGetFromAFolderWithAnotherFileThanThePublishedOneKeepsNothingOfIt() throws {
    let place = try Place()
    try place.makeFolder("copy")
    try place.write(
      "copy/train-images-idx3-ubyte", idx([1, 28, 28], [UInt8](repeating: 0, count: 784)))
    let result = try place.run("data", "get", "mnist", "--from", "copy", "--data-dir", "data")
    #expect(result.end == .exit(4))
    #expect(result.errors.hasPrefix("error: copy/train-images-idx3-ubyte: "))
    #expect(result.errors.contains("expected 47040016 bytes of content\n"))
    #expect(try place.names().filter { $0.hasPrefix("data/mnist/t") } == [])
  }

  @Test(.enabled(if: RealData.folder != nil, "MNIST is not at $GAN_EXP_DATA or ../shared/data"))
  func dataGetFromDIRFetchedCheckedFoundByLsAndCheckASecondTimeNothingIsDone() throws {
    let folder = try #require(RealData.folder)
    let place = try Place()
    place.environment["XDG_DATA_HOME"] = place.path + "/share"
    let result = try place.run("data", "get", "mnist", "--from", folder)
    #expect(result.end == .exit(0))
    let own = "\(place.path)/share/gan-exp/mnist"
    let names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
    #expect(result.lines == names.map { "\(own)/\($0)-ubyte.gz" })
    #expect(try place.names(in: "share/gan-exp/mnist").count == 4)
    #expect(result.errors.split(separator: "\n").count == 4)

    let again = try place.run("data", "get", "mnist", "--from", "/nowhere")
    #expect(again.end == .exit(0))
    #expect(again.output == result.output)
    #expect(again.errors == "")

    let list = try place.run("data", "ls")
    #expect(list.output.contains(/mnist train: 60000 images, sha256/))
    #expect(list.output.contains(/mnist test: 10000 images, sha256/))
    let test = try place.run("data", "check", "{mnist: test}")
    #expect(test.lines.first == "mnist test: 10000 images of 1×28×28")
    #expect(test.lines.suffix(2) == ["class 9  1009", "preview.png"])
  }
}
