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
  func `classic presets have the published parameter counts`(
    _ file: String, _ size: Int, _ generator: Int, _ discriminator: Int
  ) throws {
    let experiment = try load(file)
    let images = ImageFormat(channels: 1, height: size, width: size)
    let program = try TrainingProgram(experiment, images: images)
    #expect(program.parameterCount(of: .generator) == generator)
    #expect(program.parameterCount(of: .discriminator) == discriminator)
    for player in Player.allCases {
      #expect(program.summary(of: player).parameters == program.parameterCount(of: player))
    }
  }
}
