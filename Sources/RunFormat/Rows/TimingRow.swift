/// One row of timing.csv: what the clock said when a row of losses.csv was written.
package struct TimingRow: Sendable, Hashable {
  package let step: Int
  /// At work so far, over all attempts.
  package let seconds: Double
  /// Since the row before.
  package let imagesPerSecond: Double
  /// Seconds of `seconds` in which a round waited for data.
  package let waited: Double

  package init(step: Int, seconds: Double, imagesPerSecond: Double, waited: Double) {
    (self.step, self.seconds) = (step, seconds)
    (self.imagesPerSecond, self.waited) = (imagesPerSecond, waited)
  }

  package static let header = "step,seconds,images_per_second,waited\n"

  package var csv: String {
    "\(step),\(fixed(seconds, decimals: 3)),\(fixed(imagesPerSecond, decimals: 1)),"
      + "\(fixed(waited, decimals: 3))\n"
  }

  /// The rows of a whole file.
  package static func rows(of file: [UInt8]) -> [TimingRow] {
    CellTable(file).rows.compactMap { cells in
      guard cells.count >= 3, let step = Int(cells[0]), let seconds = Double(cells[1]),
        let rate = Double(cells[2])
      else { return nil }
      // Runs of earlier versions have not counted how long they waited.
      let waited = cells.count > 3 ? Double(cells[3]) : 0
      return waited.map {
        TimingRow(step: step, seconds: seconds, imagesPerSecond: rate, waited: $0)
      }
    }
  }
}
