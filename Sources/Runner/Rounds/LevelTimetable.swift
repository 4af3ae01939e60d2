import ModelBuilder
import RunFormat
import Spec

/// When which level of networks that grow plays, counted in images shown to the critic.
package struct LevelTimetable: Sendable {
  /// A stage from its first image to that of the next one.
  package struct Entry: Sendable, Hashable {
    package let stage: GrowthStage
    /// Images shown before it begins.
    package let firstImage: Int
    /// nil: to the end of the run.
    package let images: Int?
    /// The first of its rounds, counted from 0; the run may end before it.
    package let firstRound: Int
  }

  package let growth: Growth
  package let entries: [Entry]
  private let timetable: Timetable

  /// No run is longer; sums of such lengths are still whole numbers.
  private static let mostImages = 1 << 40
  private static let mostRounds = 1 << 30

  package init(_ growth: Growth, _ timetable: Timetable) {
    (self.growth, self.timetable) = (growth, timetable)
    var entries: [Entry] = []
    var image = 0
    for stage in growth.stages {
      let round = timetable.firstRound(atImage: image)
      let end: Int?
      switch growth.length(of: stage) {
      case .images(let images): end = image.plus(min(images, Self.mostImages)) ?? .max
      case .epochs(let epochs):
        let (images, isTooMany) = epochs.multipliedReportingOverflow(by: timetable.imagesPerEpoch)
        end = image.plus(isTooMany ? Self.mostImages : min(images, Self.mostImages)) ?? .max
      case .steps(let steps): end = timetable.images(after: round + min(steps, Self.mostRounds))
      case nil: end = nil
      }
      entries.append(
        Entry(
          stage: stage, firstImage: image, images: end.map { $0 - image }, firstRound: round))
      image = end ?? image
    }
    self.entries = entries
  }

  /// nil for networks that are whole from the start.
  package init?(_ program: TrainingProgram, _ timetable: Timetable) {
    guard let growth = program.growth else { return nil }
    self.init(growth, timetable)
  }

  /// Where the networks stand when so many rounds have been played, and in the round that follows.
  package func moment(after rounds: Int) -> GrowthMoment {
    let images = timetable.images(after: rounds)
    let entry = entries.last { $0.firstImage <= images } ?? entries[0]
    guard entry.stage.isFading, let length = entry.images else {
      return GrowthMoment(stage: entry.stage, alpha: 1)
    }
    let share = Double(images - entry.firstImage) / Double(length)
    return GrowthMoment(stage: entry.stage, alpha: Float(share))
  }

  /// Whether another stage than that of the round before begins with round `round`, counted from 0.
  package func stageBegins(inRound round: Int) -> Bool {
    round > 0 && moment(after: round).stage != moment(after: round - 1).stage
  }

  /// Whether optimizers begin anew in this round.
  package func optimizersBegin(inRound round: Int) -> Bool {
    guard stageBegins(inRound: round) else { return false }
    switch growth.reset {
    case .stages: return true
    case .levels:
      return moment(after: round).stage.level != moment(after: round - 1).stage.level
    }
  }

  /// What a run that ends before its last level plays alone does not get to; nil for others.
  package var shortfall: String? {
    guard let last = entries.last, last.firstRound >= timetable.rounds else { return nil }
    let end = moment(after: max(timetable.rounds - 1, 0)).stage
    return
      "the run ends after \(grouped(timetable.images(after: timetable.rounds))) images, in "
      + "\(growth.words(end)); the last level plays alone from image \(grouped(last.firstImage)) on "
      + "(schedule.growing)"
  }

  /// `level 2 of 3: 14×14, fading in`
  package func words(after rounds: Int) -> String { growth.words(moment(after: rounds).stage) }
}

extension Timetable {
  /// The first round before which so many images have been shown, be it in this run or not.
  fileprivate func firstRound(atImage image: Int) -> Int {
    var (low, high) = (0, 1)
    while high < 1 << 61, images(after: high) < image { high *= 2 }
    while low < high {
      let middle = (low + high) / 2
      if images(after: middle) >= image { high = middle } else { low = middle + 1 }
    }
    return low
  }

  fileprivate var imagesPerEpoch: Int { dropLast ? batchesPerEpoch * batch : imageCount }
}
