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

  /// The words that the gallery uses of another room.
  private static let words = Catalog.vocabulary(sources: [
    Declaration("mnist", "Digits", fields: []), Declaration("synthetic", "Digits", fields: []),
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

  @Test func everyClassicPresetIsCounted() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../experiments/classic")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let names = files.filter { $0.hasSuffix(".yaml") }.map { "classic/\($0.dropLast(5))" }
    #expect(Set(names) == Set(Self.counts.map(\.0)))
  }
}
