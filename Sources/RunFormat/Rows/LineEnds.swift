/// The ends of the lines of a file that a run has written: single newlines. An editor or a tool that
/// copies files may have made others of them.
package enum LineEnds {
  /// The bytes as they were written, and whether they are other ones now.
  package static func restored(_ bytes: [UInt8]) -> (bytes: [UInt8], isChanged: Bool) {
    let (lineEnd, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    guard text.count < bytes.count || text.contains(carriageReturn) || text.last != lineEnd else {
      return (bytes, false)
    }
    var restored: [UInt8] = []
    restored.reserveCapacity(text.count + 1)
    for (index, byte) in zip(text.indices, text) {
      guard byte == carriageReturn else {
        restored.append(byte)
        continue
      }
      let next = index + 1
      if next == text.endIndex || text[next] != lineEnd { restored.append(lineEnd) }
    }
    if restored.last != lineEnd { restored.append(lineEnd) }
    return (restored, true)
  }
}
