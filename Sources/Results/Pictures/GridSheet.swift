import Images
import RunFormat

/// The sample grids of several runs side by side on one picture, each with its name and step.
package struct GridSheet: Sendable {
  package struct Tile: Sendable {
    package let label: String
    package let picture: Raster
  }

  package let tiles: [Tile]
  /// Why a run is not on it, a line each.
  package let notes: [String]

  /// - Parameter step: where to look; nil: as late as all runs have got.
  package init(_ comparison: Comparison, at step: Int? = nil) {
    var notes: [String] = []
    var candidates: [(title: String, pictures: [Picture])] = []
    for row in comparison.rows {
      let pictures = row.first.run.pictures().filter { $0.step != nil }
      if pictures.isEmpty {
        notes.append("\(row.first.run.path): there are no pictures of samples")
      } else {
        candidates.append((row.title, pictures))
      }
    }
    let target = step ?? Self.latestCommonStep(candidates.map(\.pictures))
    var tiles: [Tile] = []
    if candidates.count > Self.tileLimit {
      notes.append(
        "only the first \(Self.tileLimit) of \(candidates.count) grids are on the picture")
    }
    for (title, pictures) in candidates.prefix(Self.tileLimit) {
      guard let picture = Self.picture(pictures, at: target), let step = picture.step else {
        notes.append("\(title): there is no picture up to step \(target)")
        continue
      }
      do throws(ReadingError) {
        tiles.append(Tile(label: "\(title)\nstep \(step)", picture: try picture.raster()))
      } catch {
        notes.append("\(error)")
      }
    }
    (self.tiles, self.notes) = (tiles, notes)
  }

  /// The last step at which every run has a picture; where there is none, the end of the shortest run.
  static func latestCommonStep(_ pictures: [[Picture]]) -> Int {
    let steps = pictures.map { Set($0.compactMap(\.step)) }
    guard let first = steps.first else { return 0 }
    let common = steps.dropFirst().reduce(first) { $0.intersection($1) }
    return common.max() ?? steps.compactMap { $0.max() }.min() ?? 0
  }

  static func picture(_ pictures: [Picture], at step: Int) -> Picture? {
    pictures.last { ($0.step ?? .max) <= step }
  }

  /// nil without a tile.
  package func raster() -> Raster? {
    guard !tiles.isEmpty else { return nil }
    let scale = tiles.map(\.picture.width).max() ?? 0 > 400 ? 2 : 1
    let gap = 12 * scale
    let letter = (PixelFont.width(of: "00") - PixelFont.width(of: "0")) * scale
    let tileWidth = tiles.map(\.picture.width).max() ?? 1
    let labels = tiles.map { Self.lines($0.label, width: max(8, tileWidth / letter)) }
    let lineHeight = (PixelFont.height + 3) * scale
    let labelHeight = (labels.map(\.count).max() ?? 0) * lineHeight + 4 * scale
    let tileHeight = tiles.map(\.picture.height).max() ?? 1
    let columns = Self.columns(
      count: tiles.count, width: tileWidth + gap, height: tileHeight + labelHeight + gap)
    let rows = (tiles.count + columns - 1) / columns
    let width = gap + columns * (tileWidth + gap)
    let height = gap + rows * (tileHeight + labelHeight + gap)
    let channels = tiles.map(\.picture.channels).max() ?? 1
    var pixels = [UInt8](repeating: Self.background, count: width * height * channels)
    for (index, tile) in tiles.enumerated() {
      let left = gap + index % columns * (tileWidth + gap)
      let top = gap + index / columns * (tileHeight + labelHeight + gap) + labelHeight
      for y in 0..<tile.picture.height {
        for x in 0..<tile.picture.width {
          let target = ((top + y) * width + left + x) * channels
          let source = (y * tile.picture.width + x) * tile.picture.channels
          for channel in 0..<channels {
            pixels[target + channel] =
              tile.picture.pixels[source + min(channel, tile.picture.channels - 1)]
          }
        }
      }
    }
    var sheet = Raster(width: width, height: height, channels: channels, pixels: pixels)
    for (index, lines) in labels.enumerated() {
      let left = gap + index % columns * (tileWidth + gap)
      let top = gap + index / columns * (tileHeight + labelHeight + gap)
      for (number, line) in lines.enumerated() {
        PixelFont.draw(
          line, on: &sheet, left: left, top: top + number * lineHeight, scale: scale, ink: 235)
      }
    }
    return sheet
  }

  private static let background: UInt8 = 24
  package static let tileLimit = 64

  /// As near to a 16:10 picture as whole columns allow.
  private static func columns(count: Int, width: Int, height: Int) -> Int {
    let shapes = (1...count).map { columns in
      let rows = (count + columns - 1) / columns
      return Double(columns * width) / Double(rows * height)
    }
    let best = shapes.indices.min { abs(shapes[$0] - 1.6) < abs(shapes[$1] - 1.6) } ?? 0
    return best + 1
  }

  /// In capitals, which is all the letters there are; words move to the next line.
  private static func lines(_ label: String, width: Int) -> [String] {
    label.split(separator: "\n").flatMap { part in
      var lines: [String] = []
      for word in part.uppercased().replacing("–", with: "-").split(separator: " ") {
        if let last = lines.last, last.count + 1 + word.count <= width {
          lines[lines.count - 1] = last + " " + word
        } else {
          lines.append(String(word.prefix(width)))
        }
      }
      return lines
    }
  }
}
