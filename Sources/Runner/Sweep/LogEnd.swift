/// What a log says last.
enum LogEnd {
  /// Why something ended: the last error with the lines that belong to it, but for its advice; without one the last
  /// line. That a program which `srun` started ended with some code is no reason while there is another line.
  ///
  /// - Returns: nil where nothing is said.
  static func line(of bytes: [UInt8]) -> String? {
    let lines = String(decoding: bytes.suffix(4000), as: UTF8.self).split(separator: "\n")
    if let error = lines.lastIndex(where: { $0.hasPrefix("error: ") }) {
      let more = lines[(error + 1)...].prefix { $0.hasPrefix(" ") && !$0.hasPrefix("  = ") }
      return ([lines[error]] + more.map { $0.drop { $0 == " " } }).joined(separator: " ")
    }
    return (lines.last { !isEcho($0) } ?? lines.last).map(String.init)
  }

  private static func isEcho(_ line: Substring) -> Bool {
    line.hasPrefix("srun: error: ") && line.contains("Exited with exit code")
      || line.hasPrefix("srun: Terminating ") || line.hasPrefix("srun: launch/slurm: ")
  }
}
