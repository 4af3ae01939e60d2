/// `weights` of a network: what its parameters are when the game begins, in place of drawn numbers.
package struct WeightsSection: Sendable {
  /// A result directory, a checkpoint of one, or a safetensors file; absolute, or relative to a folder of
  /// data or the current one.
  package let path: String
  /// Whose weights of those that lie there; nil: of the network of the same name.
  package let network: String?
  /// nil where nothing is said: the last one.
  package let checkpoint: CheckpointChoice?
  /// Whether it is the moving average.
  package let isAverage: Bool
  /// Whether what is not there, or has another shape there, begins as `init` says.
  package let isPartial: Bool
  /// The key.
  package let origin: Origin
}

extension WeightsSection {
  private static let pathKey = Field.text(
    "path",
    "A result directory, a checkpoint in one, or a safetensors file; relative paths start at "
      + "`--data-dir`, then at the current folder")
  private static let networkKey = Field.optionalText(
    "network",
    "Which network of the run; of a file, what its names begin with; `none`: that of the same name")
  private static let checkpointKey = Field.optionalText(
    "checkpoint", "Of a run: `last`, `best` or a step; `none`: the last")
  private static let averageKey = Field.flag(
    "average", default: false, "Of a run: whether it is the moving average of the weights")
  private static let partialKey = Field.flag(
    "partial", default: false,
    "Whether parameters that are not there, or have another shape there, begin as `init` says; else "
      + "that is an error")

  static let declaration = Declaration(
    "weights", "The weights of another run, or of a file, to start from",
    details:
      "Parameters and statistics are found by the names that PyTorch's `nn.Sequential` has "
      + "(`0.weight`), in its layouts. What lies there and is not used is said when the run begins. "
      + "The weights are kept in each checkpoint: whoever goes on with a run does not need them again.",
    fields: [
      pathKey.declaration, networkKey.declaration, checkpointKey.declaration,
      averageKey.declaration, partialKey.declaration,
    ], shorthand: "path", example: "{path: results/lenet/20260101-120000-1f2e, network: lenet}",
    check: { record in
      if record[pathKey].isEmpty { return [Objection("path", "the path of `weights` is empty")] }
      guard let word = record[checkpointKey], CheckpointChoice(word) == nil else { return [] }
      return [
        Objection(
          "checkpoint", "`\(word.abbreviated)` is no checkpoint",
          label: "write last, best or a step")
      ]
    })

  /// What it says, as a text.
  package var identity: String {
    "\(path) \(network ?? "") \(checkpoint.map { "\($0)" } ?? "") \(isAverage)"
  }

  init(_ record: Record, origin: Origin) {
    self.origin = origin
    path = record[Self.pathKey]
    network = record[Self.networkKey]
    checkpoint = record[Self.checkpointKey].flatMap(CheckpointChoice.init)
    isAverage = record[Self.averageKey]
    isPartial = record[Self.partialKey]
  }
}
