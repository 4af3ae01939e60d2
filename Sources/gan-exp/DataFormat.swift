import Images
import ModelBuilder
import Spec

extension Experiment {
  private var source: any DatasetSource { DatasetCatalog.source(data.source) }

  /// The shape of one image after resizing, where it is known without reading the data.
  var declaredFormat: ImageFormat? {
    if let channels = source.chosenChannels, let size = data.size {
      return ImageFormat(channels: channels, height: size, width: size)
    }
    return source.storedFormat.map { stored in
      let size = data.size
      return ImageFormat(
        channels: stored.channels, height: size ?? stored.height, width: size ?? stored.width)
    }
  }

  /// The same, reading the data where that is needed.
  func format(_ options: DataOptions) throws -> ImageFormat {
    if let declaredFormat { return declaredFormat }
    let set = try loadData(options)
    return ImageFormat(
      channels: set.channels, height: data.size ?? set.height, width: data.size ?? set.width)
  }

  /// The data set, as stored or, where pictures are of any size, of `data.size`; or exit 4.
  func loadData(_ options: DataOptions) throws -> ImageSet {
    do throws(DatasetError) {
      return try source.load(options.request(size: data.size))
    } catch {
      throw Failure.data(error)
    }
  }
}

extension Failure {
  static func data(_ error: DatasetError) -> Failure {
    Failure(status: .files, message: "error: \(error)")
  }
}
