/// A family of experiments, as far as this version understands it: recognised and validated.
package struct SweepSection: Sendable {
  package let method: String
  /// Dotted paths, in the order of the file.
  package let axes: [String]
  package let replicates: Int
  /// The key `sweep`.
  package let origin: Origin
}
