import Foundation
import Testing

@testable import Images

/// A folder of its own for a test, removed with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "gan-exp-images-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  func read(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path).appendingPathComponent(name)))
  }

  var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
  }
}

/// What the scripts in `Golden/` have written.
enum Golden {
  struct Resize: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      let from: [Int]
      let to: [Int]
      let channels: Int
      let count: Int
      let bytes: Data
      var testDescription: String { "\(count)×\(from)→\(to), \(channels) channels" }
    }
    let cases: [Case]
  }

  struct Files: Decodable {
    struct Picture: Decodable, Sendable, CustomTestStringConvertible {
      let name: String
      let width: Int
      let height: Int
      let channels: Int
      let pixels: Data
      let file: Data
      var testDescription: String { name }
    }
    struct Pair: Decodable, Sendable {
      let images: Data
      let labels: Data
      let pixels: Data
      let classes: [UInt8]
    }
    let png: [Picture]
    let idx: Pair
  }

  struct Pictures: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      let name: String
      let background: String
      let channels: Int?
      let size: Int?
      let width: Int
      let height: Int
      let bands: Int
      let pixels: Data
      let file: Data
      var testDescription: String { name }
    }
    let cases: [Case]

    func file(_ name: String) -> [UInt8] {
      guard let found = cases.first(where: { $0.name == name }) else {
        preconditionFailure("no golden picture is called \(name)")
      }
      return [UInt8](found.file)
    }
  }

  struct Archives: Decodable {
    struct Archive: Decodable, Sendable, CustomTestStringConvertible {
      let name: String
      let file: Data
      let paths: [String]
      let contents: [Data]
      let classes: [String]
      var testDescription: String { name }
    }
    struct Array: Decodable, Sendable, CustomTestStringConvertible {
      let name: String
      let file: Data
      let shape: [Int]
      let pixels: Data
      let labels: [Int32]?
      let layout: String?
      /// The name of the array, where it has to be said.
      let wanted: String?
      /// The number that is black, where it is not 0.
      let low: Double?
      var testDescription: String { name }
    }
    let archives: [Archive]
    let arrays: [Array]
  }

  static let archives = read(Archives.self, "archives.json")
  static let pictures = read(Pictures.self, "pictures.json")
  static let resize = read(Resize.self, "resize.json")
  static let files = read(Files.self, "files.json")

  private static func read<Content: Decodable>(_ type: Content.Type, _ name: String) -> Content {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    do {
      let url = folder.appendingPathComponent("Golden/\(name)")
      return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    } catch {
      preconditionFailure("\(name): \(error)")
    }
  }
}

/// The real MNIST, where this machine has it.
enum RealData {
  static let folder: String? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../..").standardizedFileURL
    let beside = package.appendingPathComponent("../shared/data").standardizedFileURL.path
    let candidates = [ProcessInfo.processInfo.environment["GAN_EXP_DATA"], beside]
    return candidates.compactMap(\.self).first {
      FileManager.default.fileExists(atPath: $0 + "/mnist/train-images-idx3-ubyte.gz")
    }
  }()

  static let absent: Comment = "no MNIST here: set GAN_EXP_DATA to a folder that holds mnist/"
}

/// The bytes of `noise` in Golden/make_resize_golden.py.
func noise(_ size: Int, seed: Int) -> [UInt8] {
  var state = UInt32(seed)
  let bytes = (0..<size).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
  return seed % 3 == 0 ? bytes.map { 255 * ($0 >> 7) } : bytes
}
