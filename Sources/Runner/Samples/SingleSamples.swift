import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Samples from a checkpoint of a run, a PNG file each in `folder`: `00000.png`, `00001.png`, …; for games
/// with labels one class after the other in turn, each in a folder of its name, as `{folder: …}` of
/// `data.source` reads them. The first ones are the pictures of the run's grid of one column.
///
/// - Parameters:
///   - run, experiment: a result directory, and its resolved.yaml.
///   - count: 1 to 100,000.
///   - folder: new or empty; what does not work half-way leaves the files made so far.
/// - Returns: what they were made from, in their order.
/// - Throws: `.request` for vectors, for classes that the game does not have, for other counts, and when
///   something is in `folder`.
@discardableResult
package func writeSamples(
  run: String, experiment: Experiment, count: Int, to folder: String, _ request: SampleRequest,
  backend: any Backend, files: FileLayer = FileLayer()
) throws(RunError) -> [[Float]] {
  let generator = try TrainedGenerator(
    run: run, experiment: experiment, request, backend: backend, files: files)
  guard case .image(let format) = generator.sampleFormat else {
    throw .request(
      "--to DIR is for images, and the samples of this run are \(generator.sampleFormat)")
  }
  guard request.grid == nil, request.interpolation == nil else {
    throw .request("single pictures have no grid: leave out --grid and --interpolate")
  }
  try checkSampleCount(count)
  try requireEmpty(folder, files)
  let classes = try request.shownClasses(of: generator.program.sampledClasses)
  let labels = classes.map { classes in (0..<count).map { Int32(classes[$0 % classes.count]) } }
  let names = generator.checkpoint.classNames
  if let given = request.latents {
    try generator.check(given, of: [generator.program.sampled].compactMap(\.self))
    guard given.count == count else {
      throw .request("\(count) pictures of \(given.count) latents: --count is to be their number")
    }
  }
  let latents: [[Float]]
  if let given = request.latents {
    latents = given
  } else {
    latents = try generator.latents(count, seed: request.pictureSeed(of: experiment))
  }
  try generator.forEachSample(latents, labels: labels) { index, values throws(RunError) in
    var path = folder
    if let labels {
      let label = Int(labels[index])
      path += "/" + (names.indices.contains(label) ? names[label] : String(label))
    }
    let digits = String(index)
    let name = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    try writeImage(
      Array(values), format, experiment.data.range, to: "\(path)/\(name).png", files)
  }
  return latents
}

func requireEmpty(_ folder: String, _ files: FileLayer) throws(RunError) {
  guard files.exists(folder) else { return }
  let names = files.isDirectory(folder) ? try files.list(folder) : [folder]
  guard names.isEmpty else {
    throw .request("\(folder): not an empty folder; name a new one with --to")
  }
}

/// One image as a picture of its own.
func writeImage(
  _ values: [Float], _ format: ImageFormat, _ range: ValueRange, to path: String, _ files: FileLayer
) throws(RunError) {
  let picture = Images.grid(
    images: values, count: 1, height: format.height, width: format.width,
    channels: format.channels, columns: 1, range: range, padding: 0)
  try writePicture(picture, to: path, files: files)
}

func checkSampleCount(_ count: Int) throws(RunError) {
  guard (1...100_000).contains(count) else {
    throw .request("\(count) samples: 1 to 100,000 are possible")
  }
}

extension SampleRequest {
  /// The classes to draw, or nil for games without labels.
  ///
  /// - Parameter classes: that the labels of samples tell apart.
  func shownClasses(of classes: Int?) throws(RunError) -> [Int]? {
    guard let labels else { return classes.map { Array(0..<$0) } }
    guard let classes else { throw .request("the game of this run has no labels to choose from") }
    if let wrong = labels.first(where: { !(0..<classes).contains($0) }) {
      throw .request("label \(wrong): the classes of this run are 0 to \(classes - 1)")
    }
    if labels.isEmpty { throw .request("no labels to draw") }
    return labels
  }

  func pictureSeed(of experiment: Experiment) -> UInt64 {
    seed ?? experiment.record.samples?.seed ?? 0
  }
}
