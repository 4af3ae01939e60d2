import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// What a picture of generated samples is made from: the same latents whenever it is drawn. Images
/// stand in rows and columns; vectors, of which each is a row of its own, in a cloud.
package struct SampleGrid: Sendable {
  package let rows: Int
  package let columns: Int
  package let seed: UInt64
  /// The class of each row; nil when the game has no labels.
  package let rowClasses: [Int]?
  /// How each row goes from one latent to another; nil: every picture has a latent of its own.
  var interpolation: Interpolation?
  /// The latent of each picture, where somebody has given them; nil: they are drawn.
  var given: [[Float]]?

  package var count: Int { rows * columns }

  /// - Parameter classes: of the game; row after row shows the next one, and begins anew.
  package init(_ samples: RecordSection.Samples, of format: SampleFormat, classes: Int?) {
    (rows, columns) =
      switch format {
      case .image: (samples.grid.rows, samples.grid.columns)
      case .vector: (samples.points, 1)
      }
    seed = samples.seed
    rowClasses = classes.map { [rows] classes in (0..<rows).map { $0 % classes } }
  }

  package init(rows: Int, columns: Int, seed: UInt64, rowClasses: [Int]?) {
    (self.rows, self.columns, self.seed, self.rowClasses) = (rows, columns, seed, rowClasses)
  }

  /// `[count, width]`; element `i` does not depend on how many there are. Each row shows one value of
  /// the first categorical code.
  ///
  /// - Parameter name: of the latent where there are several.
  func latents(_ section: LatentSection, _ name: String? = nil) -> HostTensor {
    if let given { return HostTensor([given.count, given[0].count], given.flatMap(\.self)) }
    if let interpolation { return latents(section, name, along: interpolation) }
    let stream = "samples" + (name.map { "/\($0)" } ?? "")
    let random = Philox(seed: seed, stream: Philox.streamID(named: stream), step: 0)
    let total = count * section.size
    let noise: [Float]
    switch section.distribution {
    case .uniform(let low, let high):
      noise = random.uniforms(count: total).map { Float(low) + Float(high - low) * $0 }
    case .normal(let mean, let standardDeviation):
      noise = random.normals(count: total).map { Float(mean) + Float(standardDeviation) * $0 }
    }
    guard let codes = section.codes else { return HostTensor([count, section.size], noise) }
    let rows = rowCodes(codes)
    let values = (0..<count).flatMap { picture -> [Float] in
      let first = picture * section.size
      return noise[first..<first + section.size] + rows[picture]
    }
    return HostTensor([count, section.width], values)
  }

  /// The codes of each picture.
  private func rowCodes(_ section: CodesSection) -> [[Float]] {
    func uniforms(_ name: String, _ count: Int) -> [Float] {
      Philox(seed: seed, stream: Philox.streamID(named: "samples/codes/\(name)"), step: 0)
        .uniforms(count: count)
    }
    let drawn = section.categorical.indices.map { uniforms("categorical/\($0)", count) }
    let continuous = uniforms("continuous", count * section.continuous)
    return (0..<count).map { picture in
      var code: [Float] = []
      for (index, values) in section.categorical.enumerated() {
        let value =
          index == 0
          ? picture / columns % values : min(Int(drawn[index][picture] * Float(values)), values - 1)
        code += (0..<values).map { $0 == value ? 1 : 0 }
      }
      let own = continuous[(picture * section.continuous)..<((picture + 1) * section.continuous)]
      return code + own.map { Float(section.low) + Float(section.high - section.low) * $0 }
    }
  }

  var labels: [Int32]? {
    rowClasses.map { classes in (0..<count).map { Int32(classes[$0 / columns]) } }
  }

  /// Classes of one of several labels, the same ones whenever they are drawn.
  func drawnLabels(_ classes: Int, _ name: String) -> HostTensor {
    let random = Philox(seed: seed, stream: Philox.streamID(named: "samples/\(name)"), step: 0)
    return HostTensor(
      [count],
      random.uniforms(count: count).map { min(Int32($0 * Float(classes)), Int32(classes - 1)) })
  }

  /// What stands before each row.
  func rowLabels(_ names: [String]) -> [String]? {
    rowClasses?.map { names.indices.contains($0) ? names[$0] : String($0) }
  }
}

/// Draws one grid again and again, with the networks as they then are.
final class GridPainter {
  private let grid: SampleGrid
  private let picture: SamplePicture
  private let classNames: [String]
  private let inputs: SampleInputs
  private let sampler: Sampler

  /// - Parameters:
  ///   - data: of the run, from which samples may be made; nil: they are not here.
  ///   - moment: at which it will be drawn first; nil for networks that do not grow.
  init(
    _ grid: SampleGrid, _ program: TrainingProgram, _ picture: SamplePicture, classNames: [String],
    data: TrainingSources?, session: any Session, weights: Weights = .raw, at moment: GrowthMoment?
  ) throws(RunError) {
    (self.grid, self.picture, self.classNames) = (grid, picture, classNames)
    inputs = try SampleInputs(grid, program, program.shown, data: data)
    sampler = try Sampler(
      program, of: program.shown, count: grid.count, weights: weights, session: session, at: moment)
  }

  /// What went into the feed of this name, a row a picture.
  func latents(_ feed: String) -> [[Float]] {
    guard let tensor = inputs.tensors[feed] else { return [] }
    let width = tensor.type.shape.count / tensor.type.shape[0]
    let values = tensor.floats
    return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  func paint(at moment: GrowthMoment?) throws(RunError) -> Raster {
    picture.draw(
      try sampler.samples(inputs, at: moment), grid, classNames: classNames)
  }
}

extension SampleGrid {
  /// Which real samples stand for the grid: the first of each row's class, or the first of the data as
  /// they are shuffled for the first epoch. Fewer where the data have fewer.
  func realIndices(_ data: TrainingData, seed: UInt64) -> [Int] {
    var queue = BatchOrder.order(ofEpoch: 0, count: data.samples.count, seed: seed)[...]
    guard let labels = data.labels, let rowClasses else { return Array(queue.prefix(count)) }
    var chosen: [Int] = []
    var byClass: [Int: ArraySlice<Int>] = [:]
    for (label, indices) in Dictionary(grouping: queue, by: { Int(labels[$0]) }) {
      byClass[label] = indices[...]
    }
    // A class with too few samples leaves its row to others rather than a hole in the picture.
    for rowClass in rowClasses {
      for _ in 0..<columns {
        guard let index = byClass[rowClass]?.popFirst() ?? queue.popFirst() else { break }
        chosen.append(index)
      }
    }
    return chosen
  }
}
