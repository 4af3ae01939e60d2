/// What is made of picture files of all kinds and sizes.
struct ImageOptions: Hashable, Sendable {
  /// What a file that cannot be used does to the whole.
  enum Policy: String, CaseIterable, Sendable { case fail, skip }

  /// Where classes come from.
  enum Labels: String, CaseIterable, Sendable { case auto, folders, none }

  /// Height and width; nil: all pictures have the same.
  var size: Int?
  /// 1 or 3; nil: 3 if one of the pictures has colour.
  var channels: Int?
  var background: Background = .black
  /// A picture with a shorter side is a bad one.
  var minimumSide = 2
  var labels: Labels = .auto
  var onBadImage: Policy = .fail

  /// A picture file as pixels, upright, not yet resized.
  func decode(_ bytes: [UInt8], channels: Int?) throws(ImageFault) -> Raster {
    let picture = try DecodedPicture(bytes)
    guard min(picture.width, picture.height) >= minimumSide else {
      throw ImageFault(
        reason: "\(picture.width)×\(picture.height), min_side is \(minimumSide)")
    }
    let raster = picture.raster(channels: channels, background: background)
    return Orientation(ofFile: bytes).applied(to: raster)
  }
}
