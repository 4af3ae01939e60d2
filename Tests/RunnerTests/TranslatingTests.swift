import Images
import ModelBuilder
import RunFormat
import Spec
import Testing

@testable import Runner

/// Pictures that a run's networks make of others.
struct TranslatingTests {
  private static let translators = """
    version: 1
    name: translators
    data:
      size: 8
      batch: 4
      sources: {digits: {synthetic: {of: digits, seed: 1, count: 12}}, dark: {of: digits, invert: true}}
    latents: {z: {size: 2}}
    networks:
      to_dark: [{conv: {channels: 2, kernel: 3, padding: 1}}, batch_norm, relu, {conv: {channels: 1, kernel: 3, padding: 1}}, tanh]
      to_digit: {like: to_dark}
      shade: {inputs: [code], layers: [{concat_input: code}, {conv: {channels: 1, kernel: 1}}]}
      code: [flatten, {linear: 3}]
      joint: [{conv: {channels: 1, kernel: 1}}]
    values: {made: to_dark(digits), back: to_digit(made), shaded: 'shade(digits, z)'}
    terms:
      near: {distance: {of: made, from: dark}}
      back: {distance: {of: back, from: digits}}
      shade: {distance: {of: shaded, from: dark}}
      code: {distance: {of: code(digits), from: code(made)}}
      joint: {distance: {of: 'joint([digits, made])', from: dark}}
    moves: [{networks: [to_dark, to_digit, shade, code, joint], name: all}]
    optimizer: {kind: adam, learning_rate: 1e-2}
    schedule: {length: 3 steps}
    record: {log: 1 steps, samples: {every: 3 steps, show: [digits, made]}}
    """

  private let scratch: Scratch
  private let game: LoadedGame
  private let run: String
  private let folder: String

  init() throws {
    scratch = try Scratch()
    game = try LoadedGame(
      try loadExperiment(text: Self.translators, vocabulary: TinyRun.vocabulary).get())
    run = try train(game.setup(scratch.path)).directory
    folder = "\(scratch.path)/pictures"
    for (index, name) in ["b.png", "a.png", "more/c.png", "a.jpg"].enumerated() {
      let pixels = (0..<64).map { UInt8(truncatingIfNeeded: ($0 * 7 + index * 31) % 251) }
      try writeFile(
        try encodePNG(Raster(width: 8, height: 8, channels: 1, pixels: pixels)),
        to: "\(folder)/\(name)", files: FileLayer())
    }
    try writeFile(Array("none".utf8), to: "\(folder)/z.png", files: FileLayer())
  }

  private func translate(_ wanted: TranslationRequest, to name: String) throws -> Int {
    try Runner.translate(
      run: run, experiment: game.program.experiment, wanted,
      pictures: { (format, _) throws(DatasetError) in
        try NamedPictures(at: folder, as: format) { _ in }
      }, to: "\(scratch.path)/\(name)", SampleRequest(), backend: game.setup("unused").backend)
  }

  @Test func eachPictureBecomesAFileOfItsNameWithWhatTheNetworkMakesOfIt() throws {
    #expect(try translate(.network("to_dark"), to: "dark") == 4)
    let made = try scratch.contents(of: "\(scratch.path)/dark")
    // Two that differ in their suffix alone keep it.
    #expect(Set(made.keys) == ["b.png", "a.png.png", "a.jpg.png", "more/c.png"])
    // The value of the game, with the pictures in place of its data.
    #expect(try translate(.value(.name("made")), to: "value") == 4)
    #expect(try scratch.contents(of: "\(scratch.path)/value") == made)
    // One after the other is what the formula of both is, but for the bytes between.
    _ = try translate(.value(.name("back")), to: "back")
    let back = try scratch.contents(of: "\(scratch.path)/back")
    #expect(Set(back.keys) == Set(made.keys) && back["b.png"] != made["b.png"])
    #expect(made["b.png"] != made["more/c.png"])
    // Latents are drawn, the same ones each time.
    for name in ["first", "second"] { _ = try translate(.value(.name("shaded")), to: name) }
    #expect(
      try scratch.contents(of: "\(scratch.path)/first")
        == scratch.contents(of: "\(scratch.path)/second"))
  }

  @Test func aPictureOfTheDataBecomesWhatTheGridOfTheRunShows() throws {
    let data = game.data.first
    let index = SampleGrid(
      try #require(game.program.experiment.record.samples), of: game.program.format, classes: nil
    ).realIndices(data, seed: game.program.experiment.seed)[0]
    let values = try data.values(of: [index])
    let range = game.program.experiment.data.range
    let (input, own) = ("\(scratch.path)/one", ImageFormat(channels: 1, height: 8, width: 8))
    try writeImage(values, own, range, to: "\(input)/1.png", FileLayer())
    _ = try Runner.translate(
      run: run, experiment: game.program.experiment, .network("to_dark"),
      pictures: { (format, _) throws(DatasetError) in
        try NamedPictures(at: input, as: format) { _ in }
      },
      to: "\(scratch.path)/out", SampleRequest(), backend: game.setup("unused").backend)
    let grid = try decodePNG(FileLayer().read("\(run)/samples/final.png"))
    let made = try decodePNG(FileLayer().read("\(scratch.path)/out/1.png"))
    // Beside the first sample, behind the space between two.
    let tile = (0..<8).flatMap { row in
      (0..<8).map { column in grid.pixels[(row + 2) * grid.width + 12 + column] }
    }
    #expect(tile == made.pixels)
  }

  @Test func whatCannotBeMadeOfPicturesIsRefusedAndNothingIsWritten() throws {
    func said(_ wanted: TranslationRequest) -> String {
      do {
        _ = try translate(wanted, to: "none")
        return "nothing"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      said(.network("shade"))
        == "`shade` is given other things beside a picture\n  = write how it is called, such as shade(photos, z)"
    )
    #expect(said(.network("joint")) == "`joint` is given 2×8×8, which is no picture")
    #expect(
      said(.value(try game.program.experiment.formula("joint(digits)", writtenAt: "--of")))
        .hasPrefix(
          "`joint` is called with samples of two sizes"))
    #expect(said(.network("code")) == "code(picture of code) is 3, which is no picture")
    #expect(
      said(.value(.name("z")))
        == "z is made of no data, in whose place the pictures could go\n  = name a network whose input is "
        + "a picture, or a value that is made of one source")
    #expect(!FileLayer().exists("\(scratch.path)/none"))
    #expect(try translate(.network("to_dark"), to: "full") == 4)
    #expect(throws: RunError.self) { try translate(.network("to_dark"), to: "full") }
  }

  @Test func formulasOfTheCommandLineAreReadWithTheNamesOfTheGame() throws {
    let experiment = game.program.experiment
    #expect(
      try experiment.formula("to_digit(made)", writtenAt: "--of")
        == .call(network: "to_digit", [.name("made")], label: nil))
    for (text, message, column) in [
      ("to_drak(digits)", "there is no network `to_drak`", 1),
      ("to_dark(digit)", "there is no value `digit`", 9),
      ("to_drk", "there is no network and no value `to_drk`", 1),
      ("to_dark(", "the formula ends where a name is expected", 8),
    ] {
      let error = #expect(throws: Diagnostics.self) {
        try experiment.formula(text, writtenAt: "--of")
      }
      let first = try #require(error?.entries.first)
      #expect(first.message == message)
      #expect(first.origin.mark.column == column && first.origin.source.name == "--of")
    }
  }
}
