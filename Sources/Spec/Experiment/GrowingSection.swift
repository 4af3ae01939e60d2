/// `schedule.growing`: how long each stage of networks that grow lasts.
package struct GrowingSection: Sendable {
  /// When optimizers begin anew. That they never do is no choice: Adam counts the same steps for all
  /// parameters, and those of a new level have made none.
  package enum Reset: String, CaseIterable, Sendable {
    /// Whenever a level begins or has finished to fade in.
    case stages
    /// When a level begins to fade in.
    case levels
  }
  /// For each level but the first, or one for all.
  package let fade: [TrainingLength]
  /// For each level but the last, or one for all.
  package let stable: [TrainingLength]
  package let reset: Reset
  package let origin: Origin
  package let fadeOrigin: Origin
  package let stableOrigin: Origin
}

extension GrowingSection {
  private static let fadeKey = lengths(
    "fade",
    "How long a new level fades in: one length, or one for each level but the first")
  private static let stableKey = lengths(
    "stable",
    "How long a level then plays before the next one begins: one length, or one for each level but "
      + "the last, which plays to the end")
  private static let resetKey = Field.choice(
    "reset_optimizer", of: Reset.self, default: .stages,
    "When the optimizers forget their moments and begin to count anew: whenever a fade begins or ends, "
      + "as in the published code (`stages`), or only when one begins (`levels`)")

  private static func lengths(_ name: String, _ summary: String) -> Field<[TrainingLength]> {
    Field(name, .lengths, default: .scalar("800k images"), summary) {
      if case .lengths(let lengths) = $0 { lengths } else { nil }
    }
  }

  static let declaration = Declaration(
    "growing", "Progressive growing: both networks begin small, and new levels fade in",
    details:
      "Karras et al. 2018, section 2 and appendix A. The levels are the `grow` entries of both "
      + "networks. The first plays for `stable`; then each next one fades in, α rising from 0 to 1 "
      + "with the images shown: the generator's image is (1 − α) · the enlarged image of the level "
      + "below + α · its own, the critic blends what both levels make of an image, and real images "
      + "are averaged down to the level's size and blended alike. Images are those shown to the critic, "
      + "as in losses.csv. Pictures are enlarged to the size of the data. All levels stand in every "
      + "checkpoint; those that do not play yet do not change.",
    fields: [fadeKey.declaration, stableKey.declaration, resetKey.declaration],
    example: "{fade: 120k images, stable: 180k images}")

  init(_ record: Record, origin: Origin) {
    fade = record[Self.fadeKey]
    stable = record[Self.stableKey]
    reset = record[Self.resetKey]
    self.origin = origin
    fadeOrigin = record.origin(of: Self.fadeKey)
    stableOrigin = record.origin(of: Self.stableKey)
  }
}
