import Images
import ModelBuilder
import RunFormat
import Spec

/// How samples become one picture: images side by side, vectors as points among the real ones.
struct SamplePicture: Sendable {
  private enum Kind: Sendable {
    /// - Parameter beside: images of one sample, which stand beside each other.
    case grid(ImageFormat, ValueRange, beside: Int)
    case scatter(ScatterPlot)
  }
  private let kind: Kind

  /// - Parameter real: the data; needed where samples are vectors, whose axes they fix.
  init(of program: TrainingProgram, _ grid: SampleGrid, real: TrainingData?) throws(RunError) {
    switch program.format {
    case .image(let format):
      kind = .grid(format, program.experiment.data.range, beside: program.shown.count)
    case .vector:
      guard let real else {
        throw .request("a picture of vectors needs the data, which fix its axes")
      }
      let indices = grid.realIndices(real, seed: program.experiment.seed)
      do throws(DatasetError) {
        kind = .scatter(try ScatterPlot(real.samples, indices: indices))
      } catch {
        throw .data("\(error)")
      }
    }
  }

  /// - Parameter samples: `[grid.count]` of them, of each what is shown of it, row-major, channels last.
  func draw(_ samples: [Float], _ grid: SampleGrid, classNames: [String]) -> Raster {
    switch kind {
    case .grid(let format, let range, let beside):
      Self.grid(
        samples, grid, format, range, grid.rowLabels(classNames), columns: grid.columns,
        group: beside)
    case .scatter(let plot): plot.draw(generated: samples)
    }
  }

  /// The same picture of the real samples `indices`.
  func drawReal(
    _ indices: [Int], of data: TrainingData, _ grid: SampleGrid
  ) throws(RunError) -> Raster {
    switch kind {
    case .grid(_, let range, _):
      guard case .image(let format) = data.samples.format else {
        throw .request("the data are no images")
      }
      return Self.grid(
        try data.values(of: indices), grid, format, range, grid.rowLabels(data.classNames),
        columns: grid.columns)
    case .scatter(let plot): return plot.drawReal()
    }
  }

  private static func grid(
    _ values: [Float], _ grid: SampleGrid, _ format: ImageFormat, _ range: ValueRange,
    _ rowLabels: [String]?, columns: Int, group: Int = 1
  ) -> Raster {
    Images.grid(
      images: values, count: values.count / SampleFormat.image(format).valueCount,
      height: format.height, width: format.width, channels: format.channels,
      columns: group * columns, range: range, rowLabels: rowLabels, group: group)
  }
}
