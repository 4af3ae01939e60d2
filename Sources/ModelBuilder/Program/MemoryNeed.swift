import Spec
import TensorCore

/// About how much memory a run takes, and what takes it. Nothing is allocated to find out.
package struct MemoryNeed: Sendable {
  /// Bytes of parameters and statistics.
  package let weights: Int
  /// Bytes of what the optimizers keep.
  package let optimizer: Int
  /// Bytes of averaged weights.
  package let averages: Int
  /// Bytes of activations, gradients and random numbers: of all graphs that are kept compiled.
  package let working: Int
  /// Bytes of the data set; 0 where nothing is known of it.
  package let data: Int
  /// The largest tensor that is kept.
  package let largest: (name: String, bytes: Int)

  /// The program itself, its libraries and buffers.
  package static let program = 60_000_000

  package var total: Int {
    [weights, optimizer, averages, working, data].reduce(Self.program) { $0.addingSaturated($1) }
  }

  /// What takes it, the most first: `working memory 1.2 GB`.
  package var parts: [(name: String, bytes: Int)] {
    [
      ("weights", weights), ("optimizer", optimizer), ("averaged weights", averages),
      ("activations and gradients", working), ("data", data),
    ].filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
  }
}

extension Int {
  fileprivate func addingSaturated(_ other: Int) -> Int {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }

  fileprivate func multipliedSaturated(by other: Int) -> Int {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? .max : product
  }
}

extension TrainingProgram {
  /// - Parameters:
  ///   - count: of an epoch's samples; nil where they are not known.
  ///   - held: how many samples of each source are held in memory; nil: `count` of each.
  package func memoryNeed(sampleCount count: Int?, held: [String: Int]? = nil) -> MemoryNeed {
    func bytes(_ role: StateDeclaration.Role) -> Int {
      states.filter { $0.role == role }.reduce(0) { $0 + $1.type.byteCount }
    }
    let batch = experiment.data.batch
    // The last batch of an epoch has graphs of its own.
    let rest = count.map { $0 % batch } ?? 0
    let sizes = [batch, rest].filter { $0 > 0 && (count ?? .max) >= $0 }
    let working = game.stages.map { stage in
      sizes.reduce(0) { sum, size in
        let graphs = round(batch: size, real: realInput, at: stage).graphs
        return graphs.reduce(sum) { $0 + Plan.workingBytes(of: $1) }
      }
    }
    let grid = experiment.record.samples.map { $0.grid.rows * $0.grid.columns } ?? 0
    let samplers =
      grid == 0 || shown.isEmpty
      ? 0
      : weights.reduce(0) {
        $0 + Plan.workingBytes(of: sampler(of: shown, count: grid, weights: $1))
      }
    let measuring = measures.reduce(0) {
      $0 + Plan.workingBytes(of: graph(of: $1, count: batch, weights: .raw))
    }
    let data = sources.reduce(0) { sum, source in
      let samples = held.map { $0[source.name] ?? 0 } ?? count ?? 0
      return sum.addingSaturated(
        samples.multipliedSaturated(by: source.format.valueCount * source.format.bytesPerValue))
    }
    let largest = states.max { $0.type.byteCount < $1.type.byteCount }
    return MemoryNeed(
      weights: bytes(.parameter) + bytes(.statistic) + bytes(.controller),
      optimizer: bytes(.optimizer), averages: bytes(.average),
      working: (working.max() ?? 0) + samplers + measuring,
      data: data,
      largest: (largest?.name ?? "", largest?.type.byteCount ?? 0))
  }
}

extension SampleFormat {
  /// Images are kept as bytes, vectors as they are.
  fileprivate var bytesPerValue: Int {
    switch self {
    case .image: 1
    case .vector: 4
    }
  }
}
