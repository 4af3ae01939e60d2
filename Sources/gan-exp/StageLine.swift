import ModelBuilder
import Runner
import Spec

/// A line of what `describe` says of networks that grow.
struct StageLine: Encodable {
  struct Network: Encodable {
    /// Trainable numbers that play, and operations of one forward pass of one sample.
    let parameters: Int
    let flops: Int
  }
  let level: Int
  /// `14×14`
  let size: String
  let isFading: Bool
  /// Images shown before it begins; nil where it takes the data to know.
  let firstImage: Int?
  /// How many are shown: a number, or the length as it is written; for the last one nothing.
  let images: String
  let firstRound: Int?
  let generator: Network
  let discriminator: Network

  /// None for networks that do not grow.
  ///
  /// - Parameter imageCount: of the data; nil if they are not there.
  static func all(_ program: TrainingProgram, imageCount: () -> Int?) -> [StageLine] {
    guard let growth = program.growth else { return [] }
    let timetable = imageCount().flatMap { count in
      try? Timetable(program, imageCount: count)
    }
    let known = timetable.map { LevelTimetable(growth, $0).entries }
    return growth.stages.enumerated().map { index, stage in
      let entry = known?[index]
      let images = growth.images(of: stage.level)
      let length = entry.map { $0.images.map(Describe.grouped) } ?? growth.length(of: stage)?.text
      func network(_ name: String) -> Network {
        let cost = program.cost(of: name, at: stage)
        return Network(parameters: cost.parameters, flops: cost.flops)
      }
      return StageLine(
        level: stage.level + 1, size: "\(images.height)×\(images.width)", isFading: stage.isFading,
        firstImage: entry?.firstImage, images: length ?? "to the end",
        firstRound: entry?.firstRound,
        generator: network(program.growing.maker), discriminator: network(program.growing.critic))
    }
  }
}
