import Spec

/// The images as a network of `size × size` sees them, scaled to `range`.
///
/// The shorter side becomes `size` and the middle of the longer one is cut out, as torchvision's
/// `Resize(size)` and `CenterCrop(size)`; square images are resized whole. Without a size nothing moves.
///
/// - Throws: when a set that lies in a file can no longer be read.
package func prepare(
  _ set: ImageSet, size: Int?, range: ValueRange
) throws(DatasetError) -> FloatImages {
  guard let size, set.count > 0 else {
    return FloatImages(
      count: set.count, height: set.height, width: set.width, channels: set.channels,
      range: range, store: set.store,
      checksums: set.checksums)
  }
  let resize = BilinearResize(from: (set.height, set.width), size: size, channels: set.channels)
  return FloatImages(
    count: set.count, height: size, width: size, channels: set.channels, range: range,
    store: try resize(set.store, count: set.count))
}
