/// What one image is.
package struct ImageFormat: Hashable, Sendable, CustomStringConvertible {
  package let channels: Int
  package let height: Int
  package let width: Int

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  package var description: String { "\(channels)×\(height)×\(width)" }
}

/// What one sample of the data is: an image, or a vector of so many numbers.
package enum SampleFormat: Hashable, Sendable {
  case image(ImageFormat)
  case vector(length: Int)

  /// Numbers in one sample.
  package var valueCount: Int {
    switch self {
    case .image(let image): image.channels * image.height * image.width
    case .vector(let length): length
    }
  }

  /// `image` or `vector`.
  package var singular: String {
    switch self {
    case .image: "image"
    case .vector: "vector"
    }
  }
  package var plural: String { singular + "s" }

  /// As `data.size` makes it of a stored one; vectors have no size to change.
  package func resized(to size: Int?) -> SampleFormat {
    switch (self, size) {
    case (.image(let image), .some(let size)):
      .image(ImageFormat(channels: image.channels, height: size, width: size))
    case (.image, nil), (.vector, _): self
    }
  }
}

extension SampleFormat: CustomStringConvertible {
  /// `images of 1×28×28`, `vectors of 2`.
  package var description: String {
    switch self {
    case .image(let image): "images of \(image)"
    case .vector(let length): "vectors of \(length)"
    }
  }
}
