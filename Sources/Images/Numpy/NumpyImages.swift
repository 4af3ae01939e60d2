/// What the numbers of an array become as images.
struct NumpyImages {
  struct Shape {
    let count: Int
    let height: Int
    let width: Int
    let channels: Int
    let isChannelsFirst: Bool

    init(_ array: NumpyArray, _ layout: Numpy.Layout, path: String) throws(DatasetError) {
      let sizes = array.shape
      let known = [1, 3]
      let couldBe = (
        first: sizes.count == 4 && known.contains(sizes[1]),
        last: sizes.count == 4 && known.contains(sizes[3])
      )
      switch (sizes.count, layout) {
      case (3, _): isChannelsFirst = false
      case (4, .nhwc): isChannelsFirst = false
      case (4, .nchw): isChannelsFirst = true
      case (4, .auto) where couldBe.first != couldBe.last: isChannelsFirst = couldBe.first
      default:
        throw .malformed(
          path: path, offset: nil,
          expected: "[n, height, width], or with 1 or 3 channels in the second or the last place",
          found: "\(sizes)", remedy: "say which with layout: nhwc or nchw")
      }
      let all = sizes.count == 3 ? sizes + [1] : sizes
      count = all[0]
      (height, width, channels) =
        isChannelsFirst ? (all[2], all[3], all[1]) : (all[1], all[2], all[3])
      let limit = IdxPair.sideLimit
      guard known.contains(channels), count > 0, (1...limit).contains(height),
        (1...limit).contains(width)
      else {
        throw .malformed(
          path: path, offset: nil,
          expected: "at least one image of 1 or 3 channels and at most \(limit) a side",
          found: "\(sizes)", remedy: nil)
      }
    }
  }

  /// A larger array stays in its file, if it can.
  static let memoryLimit = 1 << 30
  /// More bytes than these are not read through without a word.
  private static let longRead = 4 << 30

  let content: NumpyFile.Content
  let shape: Shape
  let path: String

  init(_ content: NumpyFile.Content, _ shape: Shape, path: String) {
    (self.content, self.shape, self.path) = (content, shape, path)
  }

  /// Bytes, channels last.
  ///
  /// - Parameter report: told where floating-point numbers lie between the 256 levels.
  func pixels(
    black: Double, white: Double, _ report: (String) -> Void
  ) throws(DatasetError) -> PixelStore {
    switch content.array.elements {
    case .uint8:
      if !shape.isChannelsFirst && content.bytes.count > Self.memoryLimit {
        if content.bytes.count > Self.longRead {
          report(
            "\(path): \(gigabytes(content.bytes.count)) are read through once, for their digest")
        }
        return content.bytes
      }
      return PixelStore(channelsLast(try content.bytes.array))
    case .float32, .float64:
      return PixelStore(channelsLast(try levels(black, white, report)))
    case .bool, .int8, .uint16, .int16, .uint32, .int32, .int64, .uint64:
      throw .malformed(
        path: path, offset: nil, expected: "images of uint8 or float32",
        found: "\(content.array.elements)", remedy: "save them as uint8")
    }
  }

  private func channelsLast(_ bytes: [UInt8]) -> [UInt8] {
    guard shape.isChannelsFirst, shape.channels > 1 else { return bytes }
    let plane = shape.height * shape.width
    var last = [UInt8](repeating: 0, count: bytes.count)
    for image in 0..<shape.count {
      let start = image * plane * shape.channels
      for place in 0..<plane {
        for channel in 0..<shape.channels {
          last[start + place * shape.channels + channel] = bytes[start + channel * plane + place]
        }
      }
    }
    return last
  }

  private func levels(
    _ black: Double, _ white: Double, _ report: (String) -> Void
  ) throws(DatasetError) -> [UInt8] {
    let numbers = try NumpyNumbers(content)
    // What is a level in float32 may be off by its rounding.
    let tolerance = 1e-4
    var worst = 0.0
    var levels = [UInt8](repeating: 0, count: numbers.count)
    for index in 0..<numbers.count {
      let scaled = (numbers.number(index) - black) / (white - black) * 255
      guard scaled >= -tolerance * 255, scaled <= 255 * (1 + tolerance) else {
        let image = index / (numbers.count / shape.count)
        throw .malformed(
          path: path, offset: nil, expected: "numbers from \(black) to \(white)",
          found: "\(numbers.number(index)) in image \(image)",
          remedy: "say which numbers are black and white with values: [-1, 1]")
      }
      let level = scaled.rounded()
      worst = max(worst, abs(scaled - level))
      levels[index] = UInt8(max(0, min(255, level)))
    }
    if worst > 0.01 { report("\(path): numbers are rounded to 256 levels from black to white") }
    return levels
  }

  /// Whole numbers from 0, `[n]` or `[n, 1]`.
  static func labels(
    _ content: NumpyFile.Content, path: String
  ) throws(DatasetError) -> [Int32] {
    let sizes = content.array.shape
    guard let first = sizes.first, sizes.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw .malformed(
        path: path, offset: nil, expected: "labels [n]", found: "\(sizes)", remedy: nil)
    }
    let numbers = try NumpyNumbers(content)
    var labels: [Int32] = []
    labels.reserveCapacity(first)
    for index in 0..<numbers.count {
      let number = numbers.number(index)
      guard number >= 0, number < 1_000_000, number == number.rounded() else {
        throw .malformed(
          path: path, offset: nil, expected: "whole numbers from 0 as labels",
          found: "\(number) of image \(index)", remedy: nil)
      }
      labels.append(Int32(number))
    }
    return labels
  }
}

/// The elements of an array as numbers.
struct NumpyNumbers {
  private let elements: NumpyArray.Elements
  private let bytes: [UInt8]
  let count: Int

  init(_ content: NumpyFile.Content) throws(DatasetError) {
    (elements, count) = (content.array.elements, content.array.count)
    bytes = try content.bytes.array
  }

  func number(_ index: Int) -> Double {
    let start = index * elements.size
    func bits(_ size: Int) -> UInt64 {
      var value: UInt64 = 0
      for place in stride(from: size - 1, through: 0, by: -1) {
        value = value << 8 | UInt64(bytes[start + place])
      }
      return value
    }
    switch elements {
    case .uint8, .bool: return Double(bytes[start])
    case .int8: return Double(Int8(bitPattern: bytes[start]))
    case .uint16: return Double(bits(2))
    case .int16: return Double(Int16(truncatingIfNeeded: bits(2)))
    case .uint32: return Double(bits(4))
    case .int32: return Double(Int32(truncatingIfNeeded: bits(4)))
    case .uint64: return Double(bits(8))
    case .int64: return Double(Int64(truncatingIfNeeded: bits(8)))
    case .float32: return Double(Float(bitPattern: UInt32(bits(4))))
    case .float64: return Double(bitPattern: bits(8))
    }
  }
}
