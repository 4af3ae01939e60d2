import TensorCore

/// Where our own convolutions take the place of oneDNN's. The numbers are those at which they are faster on processors with
/// AVX-512, or round less where that matters more (Benchmarks/NOTES.md).
struct ConvolutionRules: Sendable {
  /// Of products of sums: channels of the image and of the output, the fewer and the more.
  var fewestChannels = (fewer: 64, more: 128)
  /// The fewer of those of three taps at stride 1, of which a tile's sums are made at once.
  var fewestPatchChannels = 32
  /// Fewer tiles, and the sums of weights cost more than the products save.
  var fewestTiles = 16
  /// Of the products of the direct form, above which the sums around ours take what was saved.
  var largestShare = 0.8
  /// By columns: channels of the image, and of the deep one that belongs to it; the second also of what a kernel that covers
  /// its image makes.
  var mostImageChannels = 4
  var fewestOutputChannels = 16
  /// Of a convolution of an image of few channels, above which they are added up in double precision, as those of one sample
  /// are: what a norm leaves of a first layer of 7×7, of 147 products, is rounding to 1.7e-4 (cyclegan).
  var mostProducts = 64
  /// Of few places: at most GAN_MOST_PLACES, and of how many weights a tap.
  var mostPlaces = 64
  var fewestWeights = 1 << 15
  /// Of how many places oneDNN adds up a weight's gradient in one call. With fewer it loses time, with more accuracy: of
  /// 65,536 places of pictures with even parts sums came 6e-4 off in one call, in 4 1e-4, in 16 2e-5.
  static let placesAtOnce = 4096
  /// What tiles of places.c are wide.
  private static let panel = 32

  static let measured = ConvolutionRules()
  /// Wherever they can be used at all: for tests.
  static let always = ConvolutionRules(
    fewestChannels: (1, 1), fewestPatchChannels: 1, fewestTiles: 1, largestShare: .infinity,
    mostImageChannels: 16, fewestOutputChannels: 1, mostProducts: 0, mostPlaces: 0)
  /// The same for convolutions of few places.
  static let places = ConvolutionRules(fewestChannels: (1, 1), fewestWeights: 1)

  /// The filters of rows and columns that make a convolution by products of sums; nil where it is not to be.
  func filters(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape
  ) -> (rows: MinimalFilter, columns: MinimalFilter)? {
    let g = geometry
    guard g.groups == 1, g.dilationHeight == 1, g.dilationWidth == 1 else { return nil }
    func filter(
      _ kernel: Int, _ stride: Int, _ padding: Int, _ image: Int, _ output: Int
    ) -> MinimalFilter? {
      kind == .inputGradient
        ? .inputGradient(kernel: kernel, stride: stride, padding: padding, extent: image)
        : .forward(kernel: kernel, stride: stride, padding: padding, outputs: output)
    }
    guard let rows = filter(w[0], g.strideHeight, g.padTop, x[1], y[1]),
      let columns = filter(w[1], g.strideWidth, g.padLeft, x[2], y[2])
    else { return nil }
    let (fewer, more) = (min(w[2], w[3]), max(w[2], w[3]))
    let hasChannels =
      rows.isOfThreeTaps && columns.isOfThreeTaps
      ? fewer >= fewestPatchChannels : fewer >= fewestChannels.fewer && more >= fewestChannels.more
    let tiles = rows.tiles * columns.tiles
    let products = tiles * rows.products * columns.products
    let direct = y[1] * y[2] * w[0] * w[1]
    guard hasChannels, x[0] * tiles >= fewestTiles,
      Double(products) <= largestShare * Double(direct)
    else { return nil }
    return (rows, columns)
  }

  /// Whether a convolution is one of few places and many weights; or, forwards, one of a single sample, with a stride and
  /// at most `mostPlaces` in a row, that would be by products of sums: these round twice as much, which the norms of a single
  /// sample's few places enlarge (to 1.2e-4 of pix2pix's gradient).
  func takesPlaces(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape
  ) -> Bool {
    guard geometry.groups == 1, w[3] % Self.panel == 0 else { return false }
    let hasStride = geometry.strideHeight > 1 || geometry.strideWidth > 1
    return y[0] * y[1] * y[2] <= mostPlaces && w[2] * w[3] >= fewestWeights
      || kind == .forward && y[0] == 1 && hasStride && y[2] <= mostPlaces
        && filters(kind, geometry, x: x, w: w, y: y) != nil
  }

  /// Whether every output looks at all of an image: there are enough of them for a product, and no more samples than are
  /// added up at once.
  func isCovering(_ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape) -> Bool {
    geometry.groups == 1 && w[3] >= fewestOutputChannels && x[0] <= Self.placesAtOnce && y[1] == 1
      && y[2] == 1 && w[0] == x[1]
      && w[1] == x[2]
      && geometry.padTop == 0 && geometry.padLeft == 0 && geometry.dilationHeight == 1
      && geometry.dilationWidth == 1
  }

  /// Which way round a convolution is made by columns.
  enum Columns {
    /// The image has few channels.
    case plain
    /// The output has.
    case mirrored
  }

  /// nil where it is not to be.
  func columns(_ kind: ConvolutionKind, _ geometry: ConvGeometry, x: Shape, w: Shape) -> Columns? {
    let g = geometry
    guard g.groups == 1, g.dilationHeight == 1, g.dilationWidth == 1 else { return nil }
    if w[2] <= mostImageChannels, w[3] >= fewestOutputChannels,
      kind != .forward || x[0] == 1 || w[0] * w[1] * w[2] > mostProducts
    {
      return .plain
    }
    let isOfOnePixel = w[0] == 1 && w[1] == 1
    let hasStride = g.strideHeight > 1 || g.strideWidth > 1
    guard kind != .inputGradient, !isOfOnePixel, !hasStride, w[3] <= mostImageChannels,
      w[2] >= fewestOutputChannels
    else { return nil }
    return .mirrored
  }
}
