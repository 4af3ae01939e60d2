import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// How pictures are asked to be translated.
package enum TranslationRequest: Sendable {
  /// What this network makes of them.
  case network(String)
  /// A value, with them in place of its data.
  case value(Formula)
}

/// What a checkpoint's networks make of pictures, a PNG file each of the same name in `folder`.
///
/// - Parameters:
///   - run, experiment: a result directory, and its resolved.yaml.
///   - pictures: reads those that are to be translated, brought to a format; `source` is whose place they
///     take.
///   - folder: new or empty; what does not work half-way leaves the files made so far.
/// - Returns: how many there are.
/// - Throws: `.request` for what cannot be made of pictures, and when something is in `folder`.
package func translate(
  run: String, experiment: Experiment, _ wanted: TranslationRequest,
  pictures: (ImageFormat, _ source: String?) throws(DatasetError) -> NamedPictures,
  to folder: String,
  _ request: SampleRequest, backend: any Backend, files: FileLayer = FileLayer()
) throws(RunError) -> Int {
  var planned: PictureTranslation?
  let generator = try TrainedGenerator(
    run: run, experiment: experiment, request, backend: backend, files: files
  ) { program throws(RunError) in
    let translation = try program.translation(wanted)
    planned = translation
    return translation.networks
  }
  guard let translation = planned else { preconditionFailure("nothing was planned") }
  try requireEmpty(folder, files)
  let given: NamedPictures
  let store: any SampleStore
  let range = experiment.data.range
  do throws(DatasetError) {
    given = try pictures(translation.input, translation.source)
    store = try given.set.store(size: nil, range: range)
  } catch {
    throw .data("\(error)")
  }
  let count = given.names.count
  let batch = min(count, 100)
  let drawn = SampleInputs(
    drawn: SampleGrid(
      rows: count, columns: 1, seed: request.pictureSeed(of: experiment), rowClasses: nil),
    translation.drawn)
  let inference = try Inference(
    seed: experiment.seed, session: generator.session, at: generator.checkpoint.growth
  ) { translation.graph(count: batch, weights: request.weights, at: $0) }
  let size = SampleFormat.image(translation.output).valueCount
  for first in stride(from: 0, to: count, by: batch) {
    // The last batch is filled up with the first picture, which is not looked at again.
    let indices = (first..<first + batch).map { $0 < count ? $0 : 0 }
    var tensors = drawn.part(indices).tensors
    let values: [Float]
    do throws(DatasetError) { values = try store.values(of: indices) } catch {
      throw .data("\(error)")
    }
    tensors[translation.feed] = HostTensor(
      SampleFormat.image(translation.input).shape(batch: batch), values)
    let made = try inference.run(
      "samples", tensors, first: first, at: generator.checkpoint.growth)
    for index in first..<min(first + batch, count) {
      let place = (index - first) * size
      try writeImage(
        Array(made[place..<place + size]), translation.output, range,
        to: "\(folder)/\(given.names[index]).png", files)
    }
  }
  return count
}

extension TrainingProgram {
  fileprivate func translation(
    _ wanted: TranslationRequest
  ) throws(RunError) -> PictureTranslation {
    do throws(LayerMisfit) {
      switch wanted {
      case .network(let name): return try translation(by: name)
      case .value(let formula): return try translation(formula)
      }
    } catch {
      throw .request(error.message + (error.advice.map { "\n  = \($0)" } ?? ""))
    }
  }
}
