import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Draws the grids of a run: one for each set of the generator's weights; none where no pictures are
/// asked for.
struct SamplePainters {
  /// The grid's counterpart from the data.
  private(set) var real: Raster?
  private(set) var list: [(weights: Weights, painter: GridPainter)] = []

  /// - Parameter moment: at which they are drawn first; nil for networks that do not grow.
  init(
    _ program: TrainingProgram, _ data: TrainingData, session: any Session,
    at moment: GrowthMoment?
  ) throws(RunError) {
    guard let samples = program.experiment.record.samples else { return }
    let grid = SampleGrid(
      samples, of: program.format, classes: program.experiment.twoPlayers!.labels?.classes)
    let picture = try SamplePicture(of: program, grid, real: data)
    real = try picture.drawReal(
      grid.realIndices(data, seed: program.experiment.seed), of: data, grid)
    for weights in program.weights {
      let painter = try GridPainter(
        grid, program, picture, classNames: data.classNames, session: session,
        weights: weights, at: moment)
      list.append((weights, painter))
    }
  }
}
