import Foundation
import Testing

@testable import Images

/// Damaged inputs by the thousand, the same ones every time: each is read, or refused with words and a
/// place. With the fuzz tests of specs and of safetensors a minute in all; `GAN_EXP_SOAK=1` takes a million
/// of each kind.
@Suite struct FuzzTests {
  static let soak = ProcessInfo.processInfo.environment["GAN_EXP_SOAK"] != nil

  private static func count(_ normal: Int) -> Int { soak ? 1_000_000 : normal }

  @Test
  func damagedIDXIsReadOrRefusedAtAByte() throws {
    let folder = try TemporaryFolder()
    let good = [IdxTests.plain, IdxTests.plainLabels, [UInt8](IdxTests.pair.images)]
    var outcomes = Outcomes()
    for index in 0..<Self.count(600_000) {
      var mutation = Mutation(seed: 1, index: index)
      let bytes = mutation.damage(good[index % good.count])
      do throws(DatasetError) {
        let file = try IdxFile(path: folder.path, bytes: bytes, rank: index % 2 == 0 ? 3 : 1)
        #expect(file.elements.count == file.dimensions.reduce(1, *))
        outcomes.read += 1
      } catch {
        outcomes.refused += 1
        guard case .malformed(let path, let offset?, _, let found, _) = error else {
          Issue.record("\(index): \(error)")
          return
        }
        let isSaid = path == folder.path && offset >= 0 && offset <= bytes.count && !found.isEmpty
        if !isSaid && !Gzip.isGzip(bytes) { Issue.record("\(index): \(error)") }
      }
    }
    outcomes.expectBoth()
  }

  @Test
  func damagedGzipIsReadWithinItsLimitOrRefusedAtAByte() {
    let good = [
      [UInt8](IdxTests.pair.images), storedGzip(noise(200, seed: 1)),
      storedGzip([]) + storedGzip([1, 2, 3]),
    ]
    var outcomes = Outcomes()
    for index in 0..<Self.count(600_000) {
      var mutation = Mutation(seed: 2, index: index)
      let bytes = mutation.damage(good[index % good.count])
      let limit = mutation.below(400)
      do throws(GzipError) {
        let content = try Gzip.content(of: bytes, limit: limit)
        if content.count > limit { Issue.record("\(index): \(content.count) bytes") }
        outcomes.read += 1
      } catch {
        outcomes.refused += 1
        if error.offset < 0 || error.offset > bytes.count || error.reason.isEmpty {
          Issue.record("\(index): \(error)")
        }
      }
      _ = try? Gzip.prefix(of: bytes, count: limit)
    }
    outcomes.expectBoth()
  }

  @Test
  func damagedPNGIsReadOrRefusedWithAReason() {
    let good = Golden.files.png.map { [UInt8]($0.file) }
    var outcomes = Outcomes()
    for index in 0..<Self.count(500_000) {
      var mutation = Mutation(seed: 3, index: index)
      var bytes = mutation.damage(good[index % good.count])
      // Behind a wrong checksum nothing is looked at, so most of the checksums are made right.
      if index % 4 != 0 { bytes = withChecksums(bytes) }
      do throws(PNGError) {
        let raster = try decodePNG(bytes)
        if raster.pixels.count != raster.width * raster.height * raster.channels {
          Issue.record("\(index): \(raster.width)×\(raster.height)")
        }
        outcomes.read += 1
      } catch {
        outcomes.refused += 1
        if error.reason.isEmpty { Issue.record("\(index): no reason") }
      }
    }
    outcomes.expectBoth()
  }

  @Test(arguments: ["JPEG", "WebP"])
  func aDamagedJPEGOrWebPIsReadOrRefusedWithAReason(kind: String) {
    let good = Golden.pictures.cases.filter { $0.name.hasPrefix(kind) }.map { [UInt8]($0.file) }
    var outcomes = Outcomes()
    for index in 0..<Self.count(10_000) {
      var mutation = Mutation(seed: 4, index: index)
      let bytes = mutation.damage(good[index % good.count])
      do throws(ImageFault) {
        let raster = try ImageOptions().decode(bytes, channels: index % 2 == 0 ? nil : 3)
        if raster.pixels.count != raster.width * raster.height * raster.channels {
          Issue.record("\(index): \(raster.width)×\(raster.height)")
        }
        outcomes.read += 1
      } catch {
        outcomes.refused += 1
        if error.reason.isEmpty { Issue.record("\(index): no reason") }
      }
    }
    outcomes.expectBoth()
  }

  @Test
  func aDamagedArchiveIsListedAndReadOrRefusedAtAByte() throws {
    let folder = try TemporaryFolder()
    let good = Golden.archives.archives.map { [UInt8]($0.file) }
    var outcomes = Outcomes()
    for index in 0..<Self.count(4000) {
      var mutation = Mutation(seed: 5, index: index)
      let path = try folder.write("archive", mutation.damage(good[index % good.count]))
      do throws(DatasetError) {
        let collection = try ImageCollections.open(path)
        try collection.read(Array(collection.listing.entries.indices)) { _, bytes in
          if case .success(let bytes) = bytes, bytes.count > 1 << 20 {
            Issue.record("\(index): \(bytes.count) bytes")
          }
          return true
        }
        outcomes.read += 1
      } catch {
        outcomes.refused += 1
        guard case .malformed(path, _?, _, let found, _) = error, !found.isEmpty else {
          Issue.record("\(index): \(error)")
          return
        }
      }
    }
    outcomes.expectBoth()
  }

  @Test
  func aDamagedArrayIsReadOrRefusedWithWords() throws {
    let folder = try TemporaryFolder()
    let good = Golden.archives.arrays.map { [UInt8]($0.file) }
    var outcomes = Outcomes()
    for index in 0..<Self.count(4000) {
      var mutation = Mutation(seed: 6, index: index)
      try folder.write("a.npz", mutation.damage(good[index % good.count]))
      do throws(DatasetError) {
        let set = try Numpy("a.npz", images: index % 3 == 0 ? "faces" : nil, values: [-1, 1])
          .load(LoadRequest(folders: [folder.path]))
        if try set.pixels.count != set.count * set.imageSize {
          Issue.record("\(index): \(set.count)")
        }
        outcomes.read += 1
      } catch {
        outcomes.refused += 1
        if error.summary.isEmpty { Issue.record("\(index): no words") }
      }
    }
    outcomes.expectBoth()
  }

  /// A fuzzer that is always refused, or never, tests nothing.
  private struct Outcomes {
    var read = 0
    var refused = 0
    func expectBoth() { #expect(read > 100 && refused > 100, "\(read) read, \(refused) refused") }
  }
}

/// Reproducible damage to a file.
private struct Mutation {
  private var random: SplitMix64

  init(seed: UInt64, index: Int) { random = SplitMix64(seed: seed, index: UInt64(index)) }

  mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }

  mutating func damage(_ good: [UInt8]) -> [UInt8] {
    var bytes = good
    for _ in 0...below(3) where !bytes.isEmpty {
      let at = below(bytes.count)
      switch below(9) {
      case 0: bytes[at] ^= 1 << UInt8(below(8))
      case 1: bytes[at] = UInt8(below(256))
      case 2: bytes[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)]
      case 3: bytes.removeSubrange(at...)
      case 4: bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(8)))
      case 5: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 1 + below(40))], at: at)
      case 6: bytes.append(contentsOf: (0..<(1 + below(20))).map { UInt8($0) })
      case 7:
        for i in at..<min(bytes.count, at + 4) { bytes[i] = [0, 0xff][below(2)] }
      default: bytes[below(min(bytes.count, 24))] = UInt8(below(256))
      }
    }
    return bytes
  }
}

/// The PNG with the checksum of every chunk made right, as far as there are chunks.
private func withChecksums(_ png: [UInt8]) -> [UInt8] {
  var (bytes, start) = (png, 8)
  while start + 12 <= bytes.count {
    let length = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
    let end = start + 8 + length
    guard end + 4 <= bytes.count else { break }
    let crc = crc32(bytes[(start + 4)..<end])
    for i in 0..<4 { bytes[end + i] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * UInt32(i))) }
    start = end + 4
  }
  return bytes
}
