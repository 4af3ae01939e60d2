import Spec

/// Your own pictures: JPEG, PNG and WebP of any kind and size in a folder, a zip, a tar or a tar.gz, read where
/// they lie. With `data.size` their shorter side is resized to it and the middle cut out, as
/// torchvision's `Resize` and `CenterCrop` do.
package struct Folder: DatasetSource, Equatable {
  static let path = Field.text("path", "The folder, or a zip, tar or tar.gz")
  static let labels = Field.choice(
    "labels", of: ImageOptions.Labels.self, default: .auto,
    "Whether the folders of the first level are classes; `auto`: unless pictures lie beside them")
  static let channels = Field.optionalInteger(
    "channels", in: .within(1...3),
    "1 (grey) or 3 (RGB); else 3 if one of the pictures has colour")
  static let background = Field.choice(
    "background", of: Background.self, default: .black, "What transparent pictures are laid on")
  static let minimumSide = Field.integer(
    "min_side", default: 2, in: .within(1...4096), "A picture with a shorter side is a bad one")
  package static let pairedWith = Field.optionalText(
    "paired_with",
    "Another source, a folder too, whose pictures have the same names: each picture is shown together "
      + "with its partner"
  ).unsaidByDefault()
  static let onBadImage = Field.choice(
    "on_bad_image", of: ImageOptions.Policy.self, default: .fail,
    "What a file that cannot be used does: ends the run before it begins, or is left out and counted"
  )

  package static let declaration = Declaration(
    "folder",
    "Your own JPEG, PNG and WebP pictures, in a folder or an archive, with or without classes",
    details: """
      Pictures lie in the folder itself or in folders below it; those of the first level are classes, \
      in the order of their names. Of an archive (zip, tar, tar.gz) nothing is unpacked, and folders \
      that all of it lies in are passed over. Relative paths start where the experiment file lies, \
      then at the data folder (`--data-dir`), then at the current one; `~/` is the home. With `data.size` the shorter side of each picture is \
      resized to it and the middle cut out; without, all must have one size. Colours, EXIF \
      orientation, transparency, CMYK and 16 bits are seen to. Files of other kinds are left out and \
      named. `gan-exp data check` tells what is there and what is bad.

      `paired_with` names another source of the same game. Partners are pictures whose paths below their \
      folders are equal apart from the suffix (`a/1.jpg` and `a/1.png`); both sources then have one \
      order. A picture without a partner is an error.
      """,
    fields: [
      path.declaration, labels.declaration, channels.declaration, background.declaration,
      minimumSide.declaration, onBadImage.declaration, pairedWith.declaration,
    ],
    shorthand: "path", example: "source: {folder: faces/}",
    check: { record in
      record[channels] == 2
        ? [Objection("channels", "pictures have 1 channel (grey) or 3 (RGB), not 2")] : []
    })

  package static let published: Published? = nil
  package static var ready: [any DatasetSource] { [] }

  let written: WrittenPath
  let options: ImageOptions
  package let pairedWith: String?

  init(
    _ path: String, _ options: ImageOptions = ImageOptions(), pairedWith: String? = nil
  ) {
    self.init(WrittenPath(path), options, pairedWith: pairedWith)
  }

  init(_ written: WrittenPath, _ options: ImageOptions, pairedWith: String?) {
    (self.written, self.options, self.pairedWith) = (written, options, pairedWith)
  }

  var path: String { written.text }

  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) {
    written = WrittenPath(record, record[Self.path], at: Self.path.declaration.name)
    pairedWith = record[Self.pairedWith]
    options = ImageOptions(
      channels: record[Self.channels], background: record[Self.background],
      minimumSide: record[Self.minimumSide], labels: record[Self.labels],
      onBadImage: record[Self.onBadImage])
  }

  package var title: String { "folder \(path)" }

  package var storedFormat: SampleFormat? { nil }

  package var chosenChannels: Int? { options.channels }

  package var specFolder: String? { written.specFolder }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    let loader = try loader(request)
    if let ambiguity = written.ambiguity(request) { request.report(ambiguity) }
    return try loader.load()
  }

  /// Where the pictures lie: a folder or an archive.
  package func place(_ request: LoadRequest) throws(DatasetError) -> String {
    try written.find("the folder or archive of {folder: …}", request)
  }

  func loader(_ request: LoadRequest) throws(DatasetError) -> CollectionLoader {
    let place = try place(request)
    var options = options
    options.size = request.size
    return CollectionLoader(
      title: title, path: place, collection: try ImageCollections.open(place), options: options,
      request: request)
  }
}
