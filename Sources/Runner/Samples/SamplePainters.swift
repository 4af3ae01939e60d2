import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Draws the grids of a run: one for each set of weights; none where no pictures are asked for, or there is
/// nothing to draw.
struct SamplePainters {
  /// The grid's counterpart from the data.
  private(set) var real: Raster?
  private(set) var list: [(weights: Weights, painter: GridPainter)] = []

  /// - Parameter moment: at which they are drawn first; nil for networks that do not grow.
  init(
    _ program: TrainingProgram, _ data: TrainingSources, session: any Session,
    at moment: GrowthMoment?
  ) throws(RunError) {
    guard let samples = program.experiment.record.samples, !program.shown.isEmpty else { return }
    let grid = SampleGrid(
      samples, of: program.format, classes: program.labelClasses(of: program.shown))
    let picture = try SamplePicture(of: program, grid, real: data.first)
    real = try picture.drawReal(
      grid.realIndices(data.first, seed: program.experiment.seed), of: data.first, grid)
    for weights in program.weights {
      let painter = try GridPainter(
        grid, program, picture, classNames: data.first.classNames, data: data, session: session,
        weights: weights, at: moment)
      list.append((weights, painter))
    }
  }
}
