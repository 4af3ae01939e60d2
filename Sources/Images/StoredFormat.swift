/// The shape of one image as it is stored.
package struct StoredFormat: Sendable, Equatable {
  package let height: Int
  package let width: Int
  package let channels: Int

  static let digit = StoredFormat(height: 28, width: 28, channels: 1)
}
