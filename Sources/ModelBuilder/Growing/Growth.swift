import Spec

/// How the networks of a game grow: how large each level's images are and how long each stage lasts.
package struct Growth: Sendable {
  /// Of the data, and of the last level.
  package let format: ImageFormat
  package let levels: Int
  package let reset: GrowingSection.Reset
  /// For each level but the first, and for each but the last.
  private let fades: [TrainingLength]
  private let stables: [TrainingLength]

  /// - Parameter section: with one length for all, or as many as there are levels less one.
  init(_ section: GrowingSection, format: ImageFormat, levels: Int) {
    func each(_ lengths: [TrainingLength]) -> [TrainingLength] {
      lengths.count == 1 ? Array(repeating: lengths[0], count: levels - 1) : lengths
    }
    (self.format, self.levels, reset) = (format, levels, section.reset)
    (fades, stables) = (each(section.fade), each(section.stable))
  }

  /// In the order of play: the first level alone, the second fading in, the second alone, ….
  package var stages: [GrowthStage] {
    (0..<levels).flatMap { level in
      [true, false].filter { !$0 || level > 0 }.map { GrowthStage(level: level, isFading: $0) }
    }
  }

  /// All levels, the last one alone.
  package var whole: GrowthStage { GrowthStage(level: levels - 1, isFading: false) }

  /// nil: to the end of the run.
  package func length(of stage: GrowthStage) -> TrainingLength? {
    if stage.isFading { return fades[stage.level - 1] }
    return stage == whole ? nil : stables[stage.level]
  }

  /// Times by which images of a level are smaller than the data's.
  package func factor(of level: Int) -> Int { 1 << (levels - 1 - level) }

  /// What an image of a level is.
  package func images(of level: Int) -> ImageFormat {
    let factor = factor(of: level)
    return ImageFormat(
      channels: format.channels, height: format.height / factor, width: format.width / factor)
  }

  /// What a run of `length` is too short for; nil if it is long enough, or where it takes the data to
  /// know.
  ///
  /// - Parameter imagesPerRound: of whole batches.
  func shortfall(of length: TrainingLength, imagesPerRound: Int) -> String? {
    let needed = fades + stables
    func epochs(_ length: TrainingLength) -> Double? {
      if case .epochs(let epochs) = length { Double(epochs) } else { nil }
    }
    func images(_ length: TrainingLength) -> Double? {
      switch length {
      case .images(let images): Double(images)
      case .steps(let steps): Double(steps) * Double(imagesPerRound)
      case .epochs: nil
      }
    }
    for (count, unit) in [(epochs, "epochs"), (images, "images")] {
      let parts = needed.compactMap(count)
      guard let whole = count(length), parts.count == needed.count else { continue }
      let sum = parts.reduce(0, +)
      if whole > sum { return nil }
      return
        "the run ends after \(Int(min(whole, 0x1p53))) \(unit), and its last level plays alone "
        + "only from \(Int(min(sum, 0x1p53))) on"
    }
    return nil
  }

  /// `level 2 of 3: 14×14, fading in`
  package func words(_ stage: GrowthStage) -> String {
    let images = images(of: stage.level)
    return "level \(stage.level + 1) of \(levels): \(images.height)×\(images.width)"
      + (stage.isFading ? ", fading in" : "")
  }
}
