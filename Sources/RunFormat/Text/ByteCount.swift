/// Bytes as people say them: `1.5 GB`.
package struct ByteCount: CustomStringConvertible, Sendable {
  private let bytes: Int
  package init(_ bytes: Int) { self.bytes = bytes }

  package var description: String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.5 && unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    if unit == 0 { return "\(bytes) bytes" }
    return "\(fixed(value, decimals: value < 9.95 ? 1 : 0)) \(units[unit])"
  }
}
