import RunFormat
import Spec

/// The folders in which a run or a sweep has found its data, as its attempts have written them down, the
/// newest first: absolute, because whoever goes on may stand elsewhere.
package func dataPlaces(of run: String, files: FileLayer = FileLayer()) -> [String] {
  let attempts = (try? RunClaim.attempts(of: run, files)) ?? []
  let places = attempts.reversed().map { RunClaim.path(run, $0) } + [run]
  var found: [String] = []
  for place in places {
    guard let bytes = try? files.read("\(place)/environment.json", limit: 1 << 24),
      let environment = try? JSON(parsing: bytes)
    else { continue }
    let written = environment["data_folders"]?.items?.compactMap(\.string) ?? []
    for folder in written + [environment["folder"]?.string].compactMap({ $0 })
    where folder.hasPrefix("/") && !found.contains(folder) {
      found.append(folder)
    }
  }
  return found
}
