import CLibrary
import RunFormat
import TensorCore
import Testing

@testable import Runner

private func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  let length = UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
}

struct SafetensorsTests {
  @Test func theBytesAreThoseOfTheFormat() {
    let tensors = Safetensors(
      metadata: ["b": "2", "a": "x\"y"],
      entries: [
        .init("u", HostTensor([3], [1, 2, 255] as [UInt8])),
        .init("w", HostTensor([1, 2], [1.0, -2.5] as [Float])),
        .init("s", HostTensor([], [-2] as [Int32])),
      ])
    var header =
      #"{"__metadata__":{"a":"x\"y","b":"2"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"#
      + #""s":{"dtype":"I32","shape":[],"data_offsets":[8,12]},"#
      + #""u":{"dtype":"U8","shape":[3],"data_offsets":[12,15]}}"#
    while header.utf8.count % 8 != 0 { header += " " }
    let data: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0, 0xFE, 0xFF, 0xFF, 0xFF, 1, 2, 255]
    #expect(tensors.encoded() == file(header, data))
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let tensors = Safetensors(
      metadata: ["spec": "ä\n\u{1}💡\\"],
      entries: [
        .init("0.weight", HostTensor([2, 0, 3], [] as [Float])),
        .init("nan", HostTensor([2], [.infinity, -.zero] as [Float])),
        .init("labels", HostTensor([2], [Int32.min, .max])),
        .init("bytes", HostTensor([2, 1], [0, 255] as [UInt8])),
      ])
    #expect(try Safetensors(decoding: tensors.encoded()) == tensors)
  }

  @Test func wideNumbersAreReadAsNearestNarrowOnes() throws {
    let header =
      #"{"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"l":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}"#
    let data: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF8, 0x3F] + [7, 0, 0, 0, 0, 0, 0, 0]
    let read = try Safetensors(decoding: file(header, data))
    #expect(read["d"] == HostTensor([1], [1.5] as [Float]))
    #expect(read["l"] == HostTensor([1], [7] as [Int32]))
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let words: String
    var testDescription: String { words }

    init(_ header: String, _ words: String, data: [UInt8] = []) {
      (bytes, self.words) = (file(header, data), words)
    }
    init(bytes: [UInt8], _ words: String) { (self.bytes, self.words) = (bytes, words) }
  }

  static let broken = [
    Broken(bytes: [1, 2, 3], "3 bytes are too few"),
    Broken(bytes: [255, 255, 255, 255, 255, 255, 255, 255], "the limit is 100000000"),
    Broken(bytes: [9, 0, 0, 0, 0, 0, 0, 0, 123], "the header ends at byte 17, the file at byte 9"),
    Broken("{", "the header is not JSON"),
    Broken("[]", "the header is not a JSON object"),
    Broken(#"{"a":1,"a":2}"#, "stands twice"),
    Broken(#"{"__metadata__":{"a":1}}"#, "metadata `a` is not a text"),
    Broken(#"{"a":{"dtype":"F8_E4M3","shape":[],"data_offsets":[0,1]}}"#, "dtype is none of"),
    Broken(
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}}"#, "the shape takes 2 bytes",
      data: [0]),
    Broken(
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, "two rising numbers", data: [0]),
    Broken(
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1.5]}}"#, "two rising numbers", data: [0]),
    Broken(
      #"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}"#, "something else than counts"),
    Broken(
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
      "the shape overflows"),
    Broken(
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, "end at byte 1 of 0", data: []),
    Broken(
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, "end at byte 1 of 2", data: [0, 0]),
    Broken(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, "begins at 1", data: [0, 0]),
    Broken(
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
      "tensor `b` begins at 1, the one before ends at 2", data: [0, 0]),
    Broken(
      #"{"l":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, "too large for int32",
      data: [0, 0, 0, 0, 1, 0, 0, 0]),
    Broken(String(repeating: "[", count: 5000), "more than 64 levels"),
  ]

  /// 1.5, −2 and the least number of half precision above 0; the same but for the last of brain floats; flags.
  @Test func halfPrecisionIsReadExactly() throws {
    let header =
      #"{"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[6,10]},"f":{"dtype":"BOOL","shape":[2],"data_offsets":[10,12]}}"#
    let data: [UInt8] = [0x00, 0x3E, 0x00, 0xC0, 0x01, 0x00, 0xC0, 0x3F, 0x00, 0xC0, 1, 0]
    let read = try Safetensors(decoding: file(header, data)).byName
    #expect(read["h"] == HostTensor([3], [1.5, -2, 5.9604645e-08] as [Float]))
    #expect(read["b"] == HostTensor([2], [1.5, -2] as [Float]))
    #expect(read["f"] == HostTensor([2], [1, 0] as [UInt8]))
  }

  @Test(arguments: broken)
  func everyLieOfAHeaderIsFound(_ broken: Broken) {
    let error = #expect(throws: SafetensorsError.self) { try Safetensors(decoding: broken.bytes) }
    #expect(error?.description.contains(broken.words) == true, "\(error?.description ?? "none")")
  }

  @Test func aDamagedFileIsNamed() throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/x.safetensors"
    try FileLayer().create(path, [1, 2, 3])
    let error = #expect(throws: RunError.self) { try FileLayer().readSafetensors(path) }
    #expect(
      error?.description == "\(path): damaged: 3 bytes are too few for a safetensors file")
    #expect(error?.exitCode == 8)
  }

  /// Twelve seconds at most; `GAN_EXP_SOAK=1` makes it a million inputs.
  @Test func mutatedFilesNeverCrash() {
    let good = Safetensors(
      metadata: ["step": "1"],
      entries: [
        .init("0.weight", HostTensor([2, 3], [Float](repeating: 1, count: 6))),
        .init("1.step", HostTensor([], [3] as [Int32])),
        .init("u", HostTensor([4], [1, 2, 3, 4] as [UInt8])),
      ]
    ).encoded()
    let soak = getenv("GAN_EXP_SOAK") != nil
    let random = MutationSource(seed: 11)
    let limit = soak ? 1_000_000 : 100_000
    let deadline = monotonicSeconds() + (soak ? 1e9 : 12)
    var (refused, accepted, tried) = (0, 0, 0)
    while tried < limit, monotonicSeconds() < deadline {
      tried += 1
      let bytes = random.mutated(good)
      do {
        let read = try Safetensors(decoding: bytes)
        accepted += 1
        // Whatever is accepted is coherent enough to be written and read again.
        #expect(read.entries.allSatisfy { $0.tensor.type.byteCount <= bytes.count })
      } catch {
        refused += 1
        if error.description.isEmpty { Issue.record("an error without words") }
      }
    }
    #expect(refused > tried / 4 && accepted > 0, "\(refused) of \(tried) refused")
  }
}

/// Ways to spoil bytes, the same in every run.
final class MutationSource {
  private let random: Philox
  private var place = 0
  private let words: [[UInt8]] = [
    Array("99999999999999999999".utf8), Array("-1".utf8), Array("[[[[".utf8), Array("\"".utf8),
    Array("\\ud800".utf8), Array("null".utf8), Array("{}".utf8), Array("1e999".utf8), [0xFF, 0xFE],
  ]

  init(seed: UInt64) { random = Philox(seed: seed, stream: 1, step: 0) }

  private func below(_ limit: Int) -> Int {
    place += 1
    return Int(random.block(place).0) % max(limit, 1)
  }

  func mutated(_ good: [UInt8]) -> [UInt8] {
    var bytes = good
    for _ in 0...below(3) where !bytes.isEmpty {
      let at = below(bytes.count)
      switch below(6) {
      case 0: bytes[at] ^= UInt8(1 << below(8))
      case 1: bytes[at] = UInt8(below(256))
      case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(9)))
      case 3: bytes.insert(contentsOf: words[below(words.count)], at: at)
      case 4: bytes.removeLast(bytes.count - at)
      case _: bytes[below(min(bytes.count, 8))] = UInt8(below(256))
      }
    }
    return bytes
  }
}
