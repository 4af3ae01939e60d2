import Images
import RunFormat

/// One grid of samples on disk.
package struct Picture: Sendable, Hashable {
  package let path: String
  /// Without `.png`.
  package let name: String
  /// Rounds played when it was drawn; nil where that cannot be known.
  package let step: Int?

  package func raster() throws(ReadingError) -> Raster {
    let bytes = try bytes()
    do throws(PNGError) { return try decodePNG(bytes) } catch {
      throw ReadingError(path: path, reason: error.description)
    }
  }

  package func bytes() throws(ReadingError) -> [UInt8] {
    guard let bytes = try PlainFiles.bytes(path) else {
      throw ReadingError(path: path, reason: "is not there")
    }
    return bytes
  }
}

extension Run {
  /// The grids of samples in the order of training; the one of real images is not among them.
  ///
  /// - Parameter averaged: those of the moving average of the weights.
  package func pictures(averaged: Bool = false) -> [Picture] {
    pictures(averaged: averaged) {
      var length = EpochLength()
      if let losses = try? losses() { length.add(losses) }
      return length.rounds
    }
  }

  /// The same where somebody knows how many rounds an epoch has.
  package func pictures(averaged: Bool = false, stepsPerEpoch: () -> Int?) -> [Picture] {
    let folder = averaged ? "samples/ema" : "samples"
    let names = files(in: folder).filter { $0.hasSuffix(".png") && $0 != "real.png" }
    let stepsPerEpoch = names.contains { $0.hasPrefix("epoch-") } ? stepsPerEpoch() : nil
    let pictures = names.map { file in
      let name = String(file.dropLast(4))
      let number = name.split(separator: "-").last.flatMap { Int($0) }
      let step: Int? =
        if name.hasPrefix("step-") {
          number
        } else if name.hasPrefix("epoch-") {
          number.flatMap { epoch in stepsPerEpoch.flatMap { Self.product(epoch, $0) } }
        } else {
          status?.step
        }
      return Picture(path: "\(path)/\(folder)/\(file)", name: name, step: step)
    }
    return pictures.sorted { ($0.step ?? .max, $0.name) < ($1.step ?? .max, $1.name) }
  }

  /// The same as pictures of one size to be shown one after the other; the last one only once, though it
  /// may lie there under two names.
  ///
  /// - Throws: where there are none, and for one that cannot be read or is of another size.
  package func frames(averaged: Bool = false) throws(ReadingError) -> [Raster] {
    var frames: [Raster] = []
    for picture in pictures(averaged: averaged) {
      let frame = try picture.raster()
      if let first = frames.first,
        (first.width, first.height, first.channels) != (frame.width, frame.height, frame.channels)
      {
        throw ReadingError(
          path: picture.path,
          reason:
            "is \(frame.width)×\(frame.height), the ones before \(first.width)×\(first.height)")
      }
      if frames.last != frame { frames.append(frame) }
    }
    if frames.isEmpty {
      throw ReadingError(
        path: "\(path)/samples\(averaged ? "/ema" : "")", reason: "no grids of samples are there")
    }
    return frames
  }

  /// The grid of real images.
  package var realPicture: Picture? {
    let path = "\(path)/samples/real.png"
    return PlainFiles.exists(path) ? Picture(path: path, name: "real", step: nil) : nil
  }

  /// nil where no run is so long.
  private static func product(_ epochs: Int, _ steps: Int) -> Int? {
    let (product, overflows) = epochs.multipliedReportingOverflow(by: steps)
    return overflows ? nil : product
  }
}

/// Rounds an epoch, from what losses.csv says: a round `step` in epoch `e` (from 1) bounds it from below by
/// step/e, and a row at the end of an epoch is that bound.
package struct EpochLength: Sendable {
  /// nil where nothing is known.
  package private(set) var rounds: Int?

  package init() {}

  /// Further rows.
  package mutating func add(_ losses: NumberTable) {
    guard let steps = losses["step"], let epochs = losses["epoch"] else { return }
    for case (let step?, let epoch?) in zip(steps, epochs) where epoch >= 1 && step >= 1 {
      guard let step = Int(exactly: step), let epoch = Int(exactly: epoch) else { continue }
      rounds = max(rounds ?? 1, step / epoch + (step % epoch > 0 ? 1 : 0))
    }
  }
}
