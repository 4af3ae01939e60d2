import Spec

/// The images as a network of `size × size` sees them, scaled to `range`.
///
/// The shorter side becomes `size` and the middle of the longer one is cut out, as torchvision's
/// `Resize(size)` and `CenterCrop(size)`; square images are resized whole. Without a size nothing moves.
package func prepare(_ set: ImageSet, size: Int?, range: ValueRange) -> FloatImages {
  guard let size, set.count > 0 else {
    return FloatImages(
      count: set.count, height: set.height, width: set.width, channels: set.channels,
      range: range, pixels: set.pixels)
  }
  let short = min(set.height, set.width)
  let to = (height: size * set.height / short, width: size * set.width / short)
  let resize = BilinearResize(
    from: (set.height, set.width), to: to, channels: set.channels)
  let resized = resize(set.pixels, count: set.count)
  return FloatImages(
    count: set.count, height: size, width: size, channels: set.channels, range: range,
    pixels: centreCrop(resized, count: set.count, from: to, size: size, channels: set.channels))
}

/// The middle `size × size` of every image; where the margins are uneven, torchvision's rounding.
private func centreCrop(
  _ pixels: [UInt8], count: Int, from: (height: Int, width: Int), size: Int, channels: Int
) -> [UInt8] {
  if from == (size, size) { return pixels }
  let top = Int((Double(from.height - size) / 2).rounded(.toNearestOrEven))
  let left = Int((Double(from.width - size) / 2).rounded(.toNearestOrEven))
  var cropped: [UInt8] = []
  cropped.reserveCapacity(count * size * size * channels)
  for image in 0..<count {
    for y in 0..<size {
      let start = ((image * from.height + top + y) * from.width + left) * channels
      cropped += pixels[start..<(start + size * channels)]
    }
  }
  return cropped
}
