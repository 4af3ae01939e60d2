import Spec
import TensorCore

/// What each player wants of the critic's scores. Both results are scalars to be made small.
package protocol Loss: Sendable {
  static var declaration: Declaration { get }
  init(_ record: Record)
  func discriminator(real: Score, fake: Score) -> Value
  func generator(fake: Score) -> Value
}
