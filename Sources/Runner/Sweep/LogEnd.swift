/// What a log says last.
enum LogEnd {
  /// The last line that says why: that a program which `srun` started ended with some code is no reason while
  /// there is another line.
  ///
  /// - Returns: nil where nothing is said.
  static func line(of bytes: [UInt8]) -> String? {
    let lines = String(decoding: bytes.suffix(4000), as: UTF8.self).split(separator: "\n")
    return (lines.last { !isEcho($0) } ?? lines.last).map(String.init)
  }

  private static func isEcho(_ line: Substring) -> Bool {
    line.hasPrefix("srun: error: ") && line.contains("Exited with exit code")
      || line.hasPrefix("srun: Terminating ") || line.hasPrefix("srun: launch/slurm: ")
  }
}
