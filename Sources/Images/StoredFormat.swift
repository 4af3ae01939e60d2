/// The shape of one image as it is stored.
package struct StoredFormat: Sendable, Equatable {
  package let height: Int
  package let width: Int
  package let channels: Int

  static let digit = StoredFormat(height: 28, width: 28, channels: 1)
  static let smallPhoto = StoredFormat(height: 32, width: 32, channels: 3)
}
