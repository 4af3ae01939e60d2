import Foundation
import Spec
import Testing

@testable import ModelBuilder

@Suite struct PresetTests {
  /// File under experiments/, size of the images, parameters of generator and discriminator.
  static let counts: [(String, Int, Int, Int)] = [
    ("classic/gan", 28, 1_510_032, 533_505),
    ("classic/dcgan", 32, 1_049_985, 98_113),
    ("classic/lsgan", 32, 1_049_729, 98_113),
    ("classic/cgan", 32, 1_757_412, 1_055_845),
    ("classic/acgan", 32, 1_050_985, 103_243),
    ("classic/acgan-fixed", 32, 1_050_985, 103_243),
    ("classic/infogan", 32, 836_993, 104_269),
    ("classic/infogan-fixed", 32, 836_993, 104_269),
    ("classic/began", 32, 738_689, 1_099_041),
    ("classic/ebgan", 32, 738_433, 1_099_041),
    ("classic/ebgan-fixed", 32, 738_433, 1_099_041),
    ("classic/wgan", 28, 1_510_032, 533_505),
    ("classic/wgan_gp", 28, 1_510_032, 533_505),
    ("classic/wgan_div", 28, 1_510_032, 533_505),
    ("classic/bgan", 28, 1_510_032, 533_505),
    ("classic/softmax", 28, 1_510_032, 533_505),
    ("classic/softmax-fixed", 28, 1_510_032, 533_505),
    ("classic/relativistic", 32, 1_049_985, 98_113),
    ("classic/relativistic-fixed", 32, 1_049_985, 98_113),
    ("classic/dragan", 32, 1_049_985, 98_113),
    ("classic/dragan-fixed", 32, 1_049_985, 98_113),
  ]

  /// Trainable numbers of all networks of a game together, and what its pictures are.
  static let games: [(String, ImageFormat, Int)] = [
    ("classic/aae", gray(32), 798_740 + 794_624 + 137_217),
    ("classic/cogan", colours(32, 32), 1_126_790 + 98_914),
    ("classic/cogan-fixed", colours(32, 32), 1_126_790 + 98_849),
    ("classic/sgan", gray(32), 1_049_985 + 103_756),
    ("classic/sgan-fixed", gray(32), 1_049_985 + 103_756),
    ("classic/cluster-gan", gray(28), 6_617_665 + 3_410_112 + 30_750 + 10_250 + 3_411_137),
    ("classic/cluster-gan-fixed", gray(28), 6_617_665 + 3_410_112 + 30_750 + 10_250 + 3_411_137),
    ("classic/cyclegan", colours(256, 256), 2 * (11_378_179 + 2_764_737)),
    ("classic/pix2pix", colours(256, 512), 54_404_099 + 2_767_808),
    ("classic/discogan", colours(256, 512), 2 * (29_241_731 + 662_977)),
    ("classic/discogan-fixed", colours(256, 512), 2 * (29_241_731 + 662_977)),
    ("classic/dualgan", colours(256, 512), 2 * (41_828_995 + 663_745)),
    ("classic/dualgan-fixed", colours(256, 512), 2 * (41_828_995 + 663_745)),
    // The two shared blocks are networks of their own.
    (
      "classic/unit", colours(256, 256),
      2 * (4_205_696 + 4_205_443 + 2_761_153) + 2 * 1_180_160
    ),
  ]

  private static func gray(_ size: Int) -> ImageFormat {
    ImageFormat(channels: 1, height: size, width: size)
  }

  private static func colours(_ height: Int, _ width: Int) -> ImageFormat {
    ImageFormat(channels: 3, height: height, width: width)
  }

  /// The words that the gallery uses of another room.
  private static let words = Catalog.vocabulary(sources: [
    Declaration("mnist", "Digits", fields: []), Declaration("synthetic", "Digits", fields: []),
    Declaration(
      "folder", "Pictures", fields: [Field.text("path", "Where they are").declaration],
      shorthand: "path"),
  ])

  private func load(_ file: String) throws -> Experiment {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../experiments/\(file).yaml").standardized.path
    return try loadExperiment(path: path, vocabulary: Self.words).get()
  }

  @Test(arguments: counts)
  func classicPresetsHaveThePublishedParameterCounts(
    _ file: String, _ size: Int, _ generator: Int, _ discriminator: Int
  ) throws {
    let experiment = try load(file)
    let images = ImageFormat(channels: 1, height: size, width: size)
    let program = try TrainingProgram(experiment, images: images)
    #expect(program.parameterCount(of: "generator") == generator)
    #expect(program.parameterCount(of: "discriminator") == discriminator)
    for name in program.networks {
      #expect(program.summary(of: name).parameters == program.parameterCount(of: name))
    }
  }

  @Test(arguments: games)
  func classicGamesHaveThePublishedParameterCounts(
    _ file: String, _ images: ImageFormat, _ count: Int
  ) throws {
    let experiment = try load(file)
    var formats: [String: SampleFormat] = [:]
    for source in experiment.game.sources {
      guard case .stored(let choice) = source.kind else { continue }
      let isGray = choice.name == "mnist"
      formats[source.name] = .image(
        ImageFormat(
          channels: isGray ? 1 : images.channels, height: images.height, width: images.width))
    }
    let program = try TrainingProgram(experiment, formats: formats)
    #expect(program.networks.map { program.parameterCount(of: $0) }.reduce(0, +) == count)
  }

  @Test func everyClassicPresetIsCounted() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../experiments/classic")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let names = files.filter { $0.hasSuffix(".yaml") }.map { "classic/\($0.dropLast(5))" }
    #expect(Set(names) == Set(Self.counts.map(\.0) + Self.games.map(\.0)))
  }
}
