import Spec
import TensorCore

/// The sliced Wasserstein distance between generated and real samples.
///
/// Images: Karras et al. 2018, section 5 and appendix D. From each image 128 neighbourhoods of 7×7 of
/// every level of its Laplacian pyramid are taken; each set is normalised to mean 0 and standard
/// deviation 1 a channel; the distance of a level is the mean over random directions, times 1000.
/// Vectors: plain projections, in the unit of the data.
package struct SlicedWasserstein: Metric {
  static let samples = Field.integer(
    "samples", default: 1024, in: .within(2...1_000_000),
    "Generated samples, and as many real ones")
  static let projections = Field.integer(
    "projections", default: 512, in: .within(1...100_000), "Random directions")
  static let patches = Field.integer(
    "patches", default: 128, in: .within(1...100_000),
    "Neighbourhoods of 7×7 from each level of an image")
  package static let declaration = Declaration(
    "sliced_wasserstein", "Distance between real and generated patches (images) or vectors",
    details: """
      Karras et al. 2018, section 5: Laplacian pyramid, 7×7 neighbourhoods, normalised a channel, \
      projected on random directions, times 1000. Gives `sliced_wasserstein`, the mean over the levels, \
      and where there are several `sliced_wasserstein_32`, …, one a level, named by its height. The paper \
      takes 8192 images or more; numbers of fewer samples are larger, and comparable only among \
      themselves. For vectors: plain projections, not scaled.
      """,
    fields: [samples.declaration, projections.declaration, patches.declaration],
    example: "sliced_wasserstein: {samples: 2048}")

  static let side = 7

  package let sampleCount: Int
  let projections: Int
  let patches: Int

  package init(_ record: Record) {
    sampleCount = record[Self.samples]
    projections = record[Self.projections]
    patches = record[Self.patches]
  }

  package var settings: String { "projections=\(projections) patches=\(patches)" }

  package func numbers(of form: SampleForm) throws(MetricMisfit) -> [String] {
    let name = Self.declaration.name
    if form.isVector { return [name] }
    guard min(form.height, form.width) >= Self.side else {
      throw MetricMisfit(
        "patches of 7×7 do not fit images of \(form.height)×\(form.width)",
        label: "images of 7×7 and larger, or vectors")
    }
    let levels = LaplacianPyramid.sizes(height: form.height, width: form.width)
    return [name] + (levels.count > 1 ? levels.map { "\(name)_\($0.height)" } : [])
  }

  package func measure(_ samples: MetricSamples) -> [Double] {
    let form = samples.real.form
    guard samples.real.count > 0 else {
      return (try? numbers(of: form))?.map { _ in .nan } ?? []
    }
    if form.isVector {
      func cloud(_ set: SampleArray) -> PointCloud {
        PointCloud(count: set.count, size: form.size, values: set.values)
      }
      return [
        slicedWasserstein(
          cloud(samples.real), cloud(samples.generated),
          directions(size: form.size, seed: samples.seed, level: 0), threads: samples.threads)
      ]
    }
    let real = LaplacianPyramid(ImageStack(samples.real.clipped)).levels
    let generated = LaplacianPyramid(ImageStack(samples.generated.clipped)).levels
    let distances = zip(real, generated).enumerated().map { level, stacks in
      // Places of their own for each set, as the paper draws them.
      let clouds = [stacks.0, stacks.1].enumerated().map { which, stack in
        Self.descriptors(
          stack, places(in: stack, seed: samples.seed, level: level, set: which))
      }
      return 1000
        * slicedWasserstein(
          clouds[0], clouds[1],
          directions(size: clouds[0].size, seed: samples.seed, level: level),
          threads: samples.threads)
    }
    let mean = distances.reduce(0, +) / Double(distances.count)
    return [mean] + (distances.count > 1 ? distances : [])
  }

  private func directions(size: Int, seed: UInt64, level: Int) -> Directions {
    let random = Philox(
      seed: seed, stream: Philox.streamID(named: "metrics.directions"), step: UInt32(level))
    return Directions(
      count: projections, size: size, normals: random.normals(count: projections * size))
  }

  /// Upper left corners of the neighbourhoods, `patches` an image in turn.
  private func places(
    in stack: ImageStack, seed: UInt64, level: Int, set: Int
  ) -> [(y: Int, x: Int)] {
    let count = stack.count * patches
    let random = Philox(
      seed: seed, stream: Philox.streamID(named: "metrics.patches"),
      step: UInt32(level * 2 + set))
    let draws = random.uniforms(count: count * 2)
    func place(_ draw: Float, _ length: Int) -> Int {
      let room = length - Self.side + 1
      return min(Int(Double(draw) * Double(room)), room - 1)
    }
    return (0..<count).map { index in
      (place(draws[index * 2], stack.height), place(draws[index * 2 + 1], stack.width))
    }
  }

  /// Neighbourhoods as points, normalised a channel over the whole set.
  static func descriptors(_ stack: ImageStack, _ places: [(y: Int, x: Int)]) -> PointCloud {
    let perImage = places.count / stack.count
    let (channels, size) = (stack.channels, side * side * stack.channels)
    var values = [Float](repeating: 0, count: places.count * size)
    var sums = [Double](repeating: 0, count: channels)
    var squares = sums
    for (index, place) in places.enumerated() {
      var to = index * size
      for y in 0..<side {
        let from =
          ((index / perImage * stack.height + place.y + y) * stack.width + place.x) * channels
        for offset in 0..<(side * channels) {
          let value = stack.values[from + offset]
          values[to] = value
          sums[offset % channels] += Double(value)
          squares[offset % channels] += Double(value) * Double(value)
          to += 1
        }
      }
    }
    let total = Double(places.count * side * side)
    let means = sums.map { $0 / total }
    let scales = zip(squares, means).map { square, mean -> Double in
      let deviation = max(square / total - mean * mean, 0).squareRoot()
      // A set without any contrast is all zeros.
      return deviation > 0 ? 1 / deviation : 0
    }
    for place in values.indices {
      let channel = place % channels
      values[place] = Float((Double(values[place]) - means[channel]) * scales[channel])
    }
    return PointCloud(count: places.count, size: size, values: values)
  }
}
