/// How the page names a run or a sweep: nothing of the disk is named by what a browser sends, and the same
/// folder has the same name in every process.
func runKey(_ kind: Character, _ path: String) -> String {
  // FNV-1a, 64 bits.
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  let digits = String(hash, radix: 16)
  return String(kind) + String(repeating: "0", count: 16 - digits.count) + digits
}
