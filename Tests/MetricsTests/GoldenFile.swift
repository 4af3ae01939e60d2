import Foundation
import Testing

/// metrics.json, which `Golden/make_golden.py` makes.
struct GoldenFile: Decodable {
  struct Patches: Decodable, CustomTestStringConvertible {
    struct Level: Decodable {
      let side: Int
      /// Of the first image, channels last.
      let realLevel: [Float]
      /// Upper left corners, for the real images and for the generated ones.
      let corners: [[[Int]]]
      let normals: [Float]
      let distance: Double
    }
    let count: Int
    let channels: Int
    let side: Int
    let real: [Float]
    let generated: [Float]
    let levels: [Level]
    var testDescription: String { "\(count) images of \(channels)×\(side)×\(side)" }
  }
  struct Vectors: Decodable, CustomTestStringConvertible {
    let count: Int
    let size: Int
    let a: [Float]
    let b: [Float]
    let normals: [Float]
    let distance: Double
    var testDescription: String { "\(count) vectors of \(size)" }
  }
  struct Similarity: Decodable, CustomTestStringConvertible {
    let channels: Int
    let height: Int
    let width: Int
    let span: Double
    let scales: Int
    let x: [Double]
    let y: [Double]
    let similarity: Double
    var testDescription: String { "\(channels)×\(height)×\(width)" }
  }
  struct Modes: Decodable, CustomTestStringConvertible {
    let centres: [[Double]]
    let deviation: Double
    let points: [Float]
    let modes: Double
    let highQuality: Double
    var testDescription: String { "\(centres.count) centres" }
  }
  let patches: [Patches]
  let vectors: [Vectors]
  let similarities: [Similarity]
  let modes: [Modes]

  static let shared: GoldenFile = {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/metrics.json")
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(GoldenFile.self, from: try Data(contentsOf: path))
    } catch {
      fatalError("\(path.path): \(error)")
    }
  }()
}
