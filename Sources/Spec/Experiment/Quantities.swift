/// How long to train: `200 epochs`, `10k steps`, `5M images`. A step is one round of play.
package enum TrainingLength: Hashable, Sendable {
  case epochs(Int)
  case steps(Int)
  case images(Int)

  /// As a file has it: `200 epochs`.
  package var text: String { Amounts.text(self) }
}

/// How often: `50 steps`, `10 epochs`.
package enum Period: Hashable, Sendable {
  case steps(Int)
  case epochs(Int)
}

/// A grid of pictures: `4x5` is 4 rows of 5.
package struct Grid: Hashable, Sendable {
  package let rows: Int
  package let columns: Int
  package var count: Int { rows * columns }
}

package enum Player: String, CaseIterable, Sendable { case discriminator, generator }
