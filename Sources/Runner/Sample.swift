import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Which picture to make from a run.
package struct SampleRequest: Sendable {
  package var checkpoint: CheckpointChoice = .last
  package var weights = Weights.raw
  /// Of the latents; nil: as in the run's own grids.
  package var seed: UInt64?
  /// Rows and columns; nil: as in the run's own grids, with one row a class if `labels` are given.
  package var grid: (rows: Int, columns: Int)?
  /// Each row goes from one latent to another; nil: all pictures have latents of their own.
  package var interpolation: Interpolation?
  /// How many vectors the picture shows, where samples are vectors; nil: as in the run's own.
  package var count: Int?
  /// The latents of the pictures, in their order; nil: they are drawn.
  package var latents: [[Float]]?
  /// Classes of the rows, for games with labels; nil: all, one after the other.
  package var labels: [Int]?

  package init() {}
}

/// A grid made by the generator of a checkpoint.
package struct Sample: Sendable {
  package let picture: Raster
  package let checkpoint: String
  package let step: Int
  package let epoch: Int
  /// What the pictures were made from, in their order; nil where they are not made from one latent each.
  package var latents: [[Float]]?
}

/// Draws a grid from a checkpoint of a run. Writes nothing.
///
/// - Parameters:
///   - run: a result directory.
///   - experiment: the run's own spec, its resolved.yaml.
///   - data: the run's; needed where samples are vectors.
package func sample(
  run: String, experiment: Experiment, _ request: SampleRequest, backend: any Backend,
  data: TrainingSources? = nil, files: FileLayer = FileLayer()
) throws(RunError) -> Sample {
  let generator = try TrainedGenerator(
    run: run, experiment: experiment, request, backend: backend, files: files)
  let checkpoint = generator.checkpoint
  let program = generator.program
  guard !program.shown.isEmpty else {
    throw .request("\(run): its game makes no pictures: `record.samples.show` says what to draw")
  }
  if let latents = request.latents { try generator.check(latents, of: program.shown) }
  let grid = try SampleGrid(
    request, experiment, program.format, classes: program.labelClasses(of: program.shown))
  let painter = try GridPainter(
    grid, program, try SamplePicture(of: program, grid, real: data?.first),
    classNames: checkpoint.classNames, data: data, session: generator.session,
    weights: request.weights,
    at: checkpoint.growth)
  let feed = try? generator.latent(of: program.shown).feed
  return Sample(
    picture: try painter.paint(at: checkpoint.growth), checkpoint: checkpoint.path,
    step: checkpoint.step, epoch: checkpoint.epoch, latents: feed.map(painter.latents))
}

/// Puts a picture at `path`, in the stead of one that may be there.
package func writePicture(
  _ picture: Raster, to path: String, files: FileLayer = FileLayer()
) throws(RunError) {
  try writeFile(try png(picture, path: path), to: path, files: files)
}

extension SampleGrid {
  /// More pictures than this do not fit a picture of 16,384 pixels a side anyway.
  private static let limit = 10_000
  private static let pointLimit = 100_000

  init(
    _ request: SampleRequest, _ experiment: Experiment, _ format: SampleFormat, classes: Int?
  ) throws(RunError) {
    let shown = try request.shownClasses(of: classes)
    let own = experiment.record.samples
    let (rows, columns): (Int, Int)
    switch format {
    case .image where request.latents != nil:
      let count = request.latents?.count ?? 0
      let width = request.grid?.columns ?? own?.grid.columns ?? 5
      // A row where they are few; else rows of the usual width.
      columns = request.grid == nil && (count % width != 0 || count < width) ? count : width
      rows = request.grid?.rows ?? (columns > 0 ? count / columns : 0)
      guard rows * columns == count, count <= Self.limit, columns <= 200 else {
        throw .request(
          "\(count) latents do not fill a grid of \(rows)x\(columns): say --grid ROWSxCOLUMNS with that "
            + "many pictures")
      }
    case .image:
      rows = request.grid?.rows ?? request.labels?.count ?? own?.grid.rows ?? 4
      columns = request.grid?.columns ?? own?.grid.columns ?? 5
      let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
      guard rows > 0, columns > 0, !overflow, count <= Self.limit else {
        throw .request("a grid of \(rows)x\(columns): 1 to \(Self.limit) pictures are possible")
      }
    case .vector where request.latents != nil:
      (rows, columns) = (request.latents?.count ?? 0, 1)
      guard request.grid == nil, (1...Self.pointLimit).contains(rows) else {
        throw .request("a picture of vectors has no grid, and 1 to \(Self.pointLimit) latents")
      }
    case .vector:
      guard request.grid == nil, request.interpolation == nil else {
        throw .request("a grid is of images, and the samples of this run are \(format)")
      }
      (rows, columns) = (request.count ?? own?.points ?? 2500, 1)
      guard (1...Self.pointLimit).contains(rows) else {
        throw .request("\(rows) vectors: 1 to \(Self.pointLimit) fit a picture")
      }
    }
    if let labels = request.labels, labels.count > rows {
      throw .request(
        "\(labels.count) classes have a row each, and the picture has \(rows): say --grid "
          + "\(labels.count)x\(columns), or fewer --labels")
    }
    self.init(
      rows: rows, columns: columns, seed: request.pictureSeed(of: experiment),
      rowClasses: shown.map { shown in (0..<rows).map { shown[$0 % shown.count] } })
    interpolation = request.interpolation
    given = request.latents
  }
}
