import Results
import RunFormat

/// What is read of the few runs whose curves and pictures are shown.
struct RunDetail: Sendable {
  let path: String
  private(set) var table: GrowingTable
  private(set) var pictures: [Picture] = []
  /// How often the list of pictures has changed.
  private(set) var picturesVersion = 0
  /// When it was last asked for.
  private(set) var used = 0

  private var folder: FileStamp?
  private var last: FileStamp?
  private var rounds: Int?

  init(_ path: String) {
    self.path = path
    table = GrowingTable("\(path)/losses.csv")
  }

  /// - Parameter version: the look that this belongs to; a second one within it reads nothing.
  mutating func refresh(_ run: Run, version: Int) {
    guard used != version else { return }
    used = version
    _ = table.refresh()
    let folder = FileStamp("\(path)/samples")
    // A grid may be drawn anew under its name.
    let last = pictures.last.flatMap { FileStamp($0.path) }
    let rounds = table.epochLength.rounds
    guard folder != self.folder || last != self.last || rounds != self.rounds else { return }
    let found = run.pictures { rounds }.filter { $0.step != nil }
    if found != pictures || last != self.last { picturesVersion += 1 }
    (pictures, self.folder, self.rounds) = (found, folder, rounds)
    self.last = pictures.last.flatMap { FileStamp($0.path) }
  }
}
