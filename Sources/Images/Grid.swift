import Spec

/// Images side by side on one picture, row after row.
///
/// - Parameters:
///   - images: `[count, height, width, channels]`, channels last, 1 or 3 of them.
///   - columns: images a row; the last row may be shorter.
///   - range: `data.range`. The scale is the same for every image of every grid, so that pictures of
///     different epochs can be compared; values outside are black or white.
///   - rowLabels: a text for each row, drawn in a gutter on the left.
///   - padding: pixels around every image.
///   - group: so many images of a row belong together; behind them the space is three times as wide.
package func grid(
  images: [Float], count: Int, height: Int, width: Int, channels: Int, columns: Int,
  range: ValueRange, rowLabels: [String]? = nil, padding: Int = 2, group: Int = 1
) -> Raster {
  precondition(images.count == count * height * width * channels)
  let layout = GridLayout(
    count: count, height: height, width: width, channels: channels, columns: columns,
    rowLabels: rowLabels, padding: padding, group: group)
  return layout.draw { range.byte(of: images[$0]) }
}

/// The same, of bytes as they are stored: the images `indices` of a data set. Nil leaves a place empty.
package func grid(
  of set: ImageSet, indices: [Int?], columns: Int, rowLabels: [String]? = nil, padding: Int = 2
) throws(DatasetError) -> Raster {
  let layout = GridLayout(
    count: indices.count, height: set.height, width: set.width, channels: set.channels,
    columns: columns, rowLabels: rowLabels, padding: padding, group: 1)
  let size = set.imageSize
  var images: [[UInt8]?] = []
  for index in indices {
    guard let index else {
      images.append(nil)
      continue
    }
    images.append(try set.store.bytes((index * size)..<((index + 1) * size)))
  }
  return layout.draw { [images] position in images[position / size].map { $0[position % size] } }
}

/// The first images of a data set: a row a class with its name where there are labels, otherwise ten
/// rows. A set of more than `rowLimit` classes shows the first of them.
///
/// - Parameter order: in which the images are looked through; nil: as they are.
package func preview(
  of set: ImageSet, columns: Int, rowLimit: Int = 32, order: [Int]? = nil
) throws(DatasetError) -> Raster {
  let order = order ?? Array(0..<set.count)
  guard let labels = set.labels else {
    return try grid(of: set, indices: Array(order.prefix(columns * 10)), columns: columns)
  }
  var rows = [[Int?]](repeating: [], count: min(set.classNames.count, rowLimit))
  for image in order where rows.indices.contains(Int(labels[image])) {
    let row = Int(labels[image])
    if rows[row].count < columns { rows[row].append(image) }
  }
  let indices = rows.flatMap { $0 + [Int?](repeating: nil, count: columns - $0.count) }
  return try grid(of: set, indices: indices, columns: columns, rowLabels: set.classNames)
}

private struct GridLayout {
  let count, height, width, channels, columns, padding, group: Int
  let rows: Int
  let labels: [String]
  let letterScale: Int
  let gutter: Int

  static let background: UInt8 = 40
  static let ink: UInt8 = 230
  static let longestLabel = 12

  init(
    count: Int, height: Int, width: Int, channels: Int, columns: Int, rowLabels: [String]?,
    padding: Int, group: Int
  ) {
    precondition(group > 0)
    precondition(count > 0 && height > 0 && width > 0 && columns > 0 && padding >= 0)
    (self.count, self.height, self.width, self.channels) = (count, height, width, channels)
    (self.columns, self.padding, self.group) = (columns, padding, group)
    rows = (count + columns - 1) / columns
    labels = (rowLabels ?? []).map { String($0.uppercased().prefix(Self.longestLabel)) }
    letterScale = max(1, height / 14)
    let widest = labels.map { PixelFont.width(of: $0) }.max() ?? 0
    gutter = widest == 0 ? 0 : widest * letterScale + padding + 2 * letterScale
  }

  /// `byte` gives the value at an index into `[count, height, width, channels]`, or nil for none.
  func draw(_ byte: (Int) -> UInt8?) -> Raster {
    let (stepX, stepY) = (width + padding, height + padding)
    let shownColumns = min(columns, count)
    // Between groups; there are none of one image.
    func space(before column: Int) -> Int { group == 1 ? 0 : column / group * 2 * padding }
    let pictureWidth =
      gutter + padding + shownColumns * stepX + space(before: max(0, shownColumns - 1))
    let pictureHeight = padding + rows * stepY
    var raster = Raster(
      width: pictureWidth, height: pictureHeight, channels: channels,
      pixels: [UInt8](
        repeating: Self.background, count: pictureWidth * pictureHeight * channels))
    for image in 0..<count {
      let column = image % columns
      let left = gutter + padding + column * stepX + space(before: column)
      let top = padding + image / columns * stepY
      for y in 0..<height {
        let target = ((top + y) * pictureWidth + left) * channels
        let source = (image * height + y) * width * channels
        for i in 0..<(width * channels) {
          raster.pixels[target + i] = byte(source + i) ?? Self.background
        }
      }
    }
    for (row, label) in labels.prefix(rows).enumerated() {
      let textWidth = PixelFont.width(of: label) * letterScale
      let margin = (height - PixelFont.height * letterScale) / 2
      PixelFont.draw(
        label, on: &raster, left: gutter - letterScale - textWidth,
        top: padding + row * stepY + margin, scale: letterScale, ink: Self.ink)
    }
    return raster
  }
}
