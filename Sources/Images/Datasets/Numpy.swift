import Spec

/// Images in an array of NumPy: `.npy`, or `.npz` with labels beside them.
package struct Numpy: DatasetSource, Equatable {
  enum Layout: String, CaseIterable, Sendable { case auto, nhwc, nchw }

  static let path = Field.text("path", "A .npy or .npz file")
  static let images = Field.optionalText(
    "images",
    "The array of images in a .npz; else one of \(Self.imageNames.joined(separator: ", "))")
  static let labels = Field.optionalText(
    "labels",
    "The array of labels in the .npz, or another .npy file; else one of "
      + Self.labelNames.joined(separator: ", "))
  static let layout = Field.choice(
    "layout", of: Layout.self, default: .auto,
    "The order of the dimensions; `auto`: the one whose channels are 1 or 3")
  static let values = Field.numbers(
    "values", count: 2, default: [0, 1],
    "The numbers that are black and white, of floating-point images")

  package static let declaration = Declaration(
    "numpy", "Images in an array of NumPy, uint8 or float32, with or without labels",
    details: """
      An array `[n, height, width]`, `[n, height, width, channels]` (nhwc) or `[n, channels, height, \
      width]` (nchw) with 1 or 3 channels. float32 images are kept as 256 levels from black to white; \
      it is said where that rounds. Labels are whole numbers from 0, `[n]`. Relative paths start \
      where the experiment file lies, then at the data folder (`--data-dir`), then at the current one. A .npy of uint8 in nhwc over 1 GB \
      stays on the disk and is read as it is needed.
      """,
    fields: [
      path.declaration, images.declaration, labels.declaration, layout.declaration,
      values.declaration,
    ],
    shorthand: "path", example: "source: {numpy: faces.npz}",
    check: { record in
      record[values][0] < record[values][1]
        ? [] : [Objection("values", "`values` in numpy must be [black, white] with black < white")]
    })

  package static let published: Published? = nil
  package static var ready: [any DatasetSource] { [] }

  private static let imageNames = ["images", "x_train", "x", "X", "data", "arr_0"]
  private static let labelNames = ["labels", "y_train", "y", "Y", "targets", "arr_1"]

  let path: String
  let images: String?
  let labels: String?
  let layout: Layout
  let values: [Double]
  package let specFolder: String?

  init(
    _ path: String, specFolder: String? = nil, images: String? = nil, labels: String? = nil,
    layout: Layout = .auto,
    values: [Double] = [0, 1]
  ) {
    (self.path, self.images, self.labels) = (path, images, labels)
    (self.layout, self.values, self.specFolder) = (layout, values, specFolder)
  }

  /// The array at `path`, as it is taken without any further word.
  package init(at path: String) { self.init(path) }

  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) {
    self.init(
      record[Self.path],
      specFolder: WrittenPath(record, record[Self.path], at: Self.path.declaration.name).specFolder,
      images: record[Self.images], labels: record[Self.labels],
      layout: record[Self.layout], values: record[Self.values])
  }

  package var title: String { "numpy \(path)" }

  package var storedFormat: SampleFormat? { nil }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    if let ambiguity = WrittenPath(path, specFolder: specFolder).ambiguity(request) {
      request.report(ambiguity)
    }
    let file = try NumpyFile(try find(path, request))
    let (name, content) = try array(images, Self.imageNames, of: file, what: "images")
    guard let content else {
      throw .missing(
        what: "an array of images in \(file.path)", looked: file.names,
        remedy: "name it with images: NAME")
    }
    let place = file.path + (name.map { ": \($0)" } ?? "")
    let shape = try NumpyImages.Shape(content.array, layout, path: place)
    let pixels = try NumpyImages(content, shape, path: place).pixels(
      black: values[0], white: values[1], request.report)
    let classes = try labels(beside: file, images: name, request)
    if let classes, classes.values.count != shape.count {
      throw .countMismatch(
        imagesPath: place, images: shape.count, labelsPath: classes.path,
        labels: classes.values.count)
    }
    let highest = classes?.values.max() ?? -1
    return try ImageSet(
      name: title, count: shape.count, height: shape.height, width: shape.width,
      channels: shape.channels, store: pixels, labels: classes?.values,
      classNames: highest < 0 ? [] : (0...highest).map { "\($0)" })
  }

  private func find(_ path: String, _ request: LoadRequest) throws(DatasetError) -> String {
    try WrittenPath(path, specFolder: specFolder).find("the array of {numpy: …}", request)
  }

  private func array(
    _ wanted: String?, _ usual: [String], of file: NumpyFile, what: String
  ) throws(DatasetError) -> (name: String?, content: NumpyFile.Content?) {
    if file.names.isEmpty { return (nil, try file.content(nil)) }
    for name in wanted.map({ [$0] }) ?? usual {
      if let content = try file.content(name) { return (name, content) }
    }
    if let wanted {
      throw .missing(
        what: "the array `\(wanted)` of \(what) in \(file.path)", looked: file.names,
        remedy: "name one of these")
    }
    return (nil, nil)
  }

  private func labels(
    beside file: NumpyFile, images: String?, _ request: LoadRequest
  ) throws(DatasetError) -> (path: String, values: [Int32])? {
    let source: (path: String, content: NumpyFile.Content)?
    if file.names.isEmpty {
      guard let labels else { return nil }
      let other = try NumpyFile(try find(labels, request))
      source = try other.content(nil).map { (other.path, $0) }
    } else {
      let usual = Self.labelNames.filter { $0 != images }
      let (name, content) = try array(labels, usual, of: file, what: "labels")
      source = content.map { ("\(file.path): \(name ?? "")", $0) }
    }
    guard let source else { return nil }
    return (source.path, try NumpyImages.labels(source.content, path: source.path))
  }
}
