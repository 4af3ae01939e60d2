import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// The mean image of `count` samples and, beside it, the image of the mean of their latents, from a
/// checkpoint of a run; for games with labels a row for each class. Writes nothing.
///
/// What the generator makes everywhere alike is sharp in the left one; the right one is what it makes of
/// the middle of its latents.
///
/// - Parameters:
///   - run, experiment: a result directory, and its resolved.yaml.
///   - count: 1 to 100,000.
/// - Throws: `.request` for vectors, for classes that the game does not have, and for other counts.
package func averageSample(
  run: String, experiment: Experiment, of count: Int, _ request: SampleRequest,
  backend: any Backend, files: FileLayer = FileLayer()
) throws(RunError) -> Sample {
  let generator = try TrainedGenerator(
    run: run, experiment: experiment, request, backend: backend, files: files)
  guard case .image(let format) = generator.sampleFormat else {
    throw .request(
      "an average is of images, and the samples of this run are \(generator.sampleFormat)")
  }
  guard request.grid == nil, request.interpolation == nil else {
    throw .request("an average has no grid: leave out --grid and --interpolate")
  }
  try checkSampleCount(count)
  let classes = try request.shownClasses(of: generator.program.sampledClasses)
  let latents = try generator.latents(count, seed: request.pictureSeed(of: experiment))
  let middle = latents[0].indices.map { place in
    Float(latents.reduce(0) { $0 + Double($1[place]) } / Double(count))
  }
  var pictures: [Float] = []
  for label in classes.map({ $0.map(Optional.some) }) ?? [nil] {
    let labels = label.map { [Int32](repeating: Int32($0), count: count + 1) }
    var sums = [Double](repeating: 0, count: generator.sampleFormat.valueCount)
    var ofMiddle: [Float] = []
    try generator.forEachSample(latents + [middle], labels: labels) { index, image in
      if index == count {
        ofMiddle = Array(image)
      } else {
        for (place, value) in image.enumerated() { sums[place] += Double(value) }
      }
    }
    pictures += sums.map { Float($0 / Double(count)) } + ofMiddle
  }
  let names = generator.checkpoint.classNames
  let picture = Images.grid(
    images: pictures, count: pictures.count / generator.sampleFormat.valueCount,
    height: format.height, width: format.width, channels: format.channels, columns: 2,
    range: experiment.data.range,
    rowLabels: classes?.map { names.indices.contains($0) ? names[$0] : String($0) })
  return Sample(
    picture: picture, checkpoint: generator.checkpoint.path, step: generator.checkpoint.step,
    epoch: generator.checkpoint.epoch)
}
