import Spec

/// The right to write in a run's directory, and the fence that ends it.
///
/// A claim is the folder `attempts/N` with `owner.json` and a heartbeat in it, which only one process
/// can put in place. Whoever makes `attempts/N+1` has taken over; the owner of `N` looks for that before each thing it puts in place.
package struct RunClaim: Sendable {
  /// Why nobody else may have it now.
  package struct Holder: Sendable, Hashable {
    package let pid: Int
    package let host: String
    package let since: String
  }

  package let number: Int
  /// `RUN/attempts/N`
  package let path: String
  private let run: String
  private let files: FileLayer

  package static func path(_ run: String, _ number: Int) -> String { "\(run)/attempts/\(number)" }

  /// - Throws: `.locked` while a living process has it.
  package static func take(
    _ run: String, as process: ProcessIdentity, steps: Int, lostAfter: Double, files: FileLayer
  ) throws(RunError) -> RunClaim {
    try files.makeDirectories("\(run)/attempts")
    while true {
      let newest = try attempts(of: run, files).last ?? 0
      if let holder = holder(of: run, newest, seenBy: process, lostAfter: lostAfter, files) {
        throw .locked(path: run, holder)
      }
      let number = newest + 1
      let draft = "\(run)/attempts/.\(number).tmp-\(process.pid)-\(UInt32.random(in: 0 ... .max))"
      do throws(RunError) {
        _ = try files.makeDirectory(draft)
        let owner =
          (process.json.members ?? []) + [
            ("since", .text(Moment.now.iso)), ("steps", .integer(steps)),
          ]
        try files.create("\(draft)/owner.json", JSON.object(owner).fileBytes)
        try files.create("\(draft)/heartbeat", Array("\(Moment.now.iso)\n".utf8))
        // A folder that is not empty cannot be renamed over: of all who try, one succeeds.
        try files.rename(draft, to: path(run, number))
      } catch {
        try? files.remove(draft)
        if files.exists(path(run, number)) { continue }
        throw error
      }
      do throws(RunError) {
        try files.synchronizeDirectory("\(run)/attempts")
      } catch {
        try? files.remove(path(run, number))
        throw error
      }
      return RunClaim(number: number, path: path(run, number), run: run, files: files)
    }
  }

  /// The numbers of the attempts so far, rising.
  package static func attempts(of run: String, _ files: FileLayer) throws(RunError) -> [Int] {
    guard files.isDirectory("\(run)/attempts") else { return [] }
    return try files.list("\(run)/attempts").compactMap { name in
      Int(name).flatMap { $0 > 0 && String($0) == name ? $0 : nil }
    }.sorted()
  }

  /// Who holds a run now; nil if nobody does.
  ///
  /// - Parameter evenIfSilent: whether a process that can be seen to live counts however long it has
  ///   been silent.
  package static func holder(
    of run: String, seenBy process: ProcessIdentity = .current(), lostAfter: Double = lostAfter,
    evenIfSilent: Bool = false, files: FileLayer = FileLayer()
  ) throws(RunError) -> Holder? {
    guard let newest = try attempts(of: run, files).last else { return nil }
    return holder(
      of: run, newest, seenBy: process, lostAfter: lostAfter, evenIfSilent: evenIfSilent, files)
  }

  private static func holder(
    of run: String, _ number: Int, seenBy process: ProcessIdentity, lostAfter: Double,
    evenIfSilent: Bool = false, _ files: FileLayer
  ) -> Holder? {
    let path = path(run, number)
    guard number > 0, !files.exists("\(path)/end.json"), !hasResult(run, of: number, files) else {
      return nil
    }
    guard let bytes = try? files.read("\(path)/owner.json", limit: 1 << 20),
      let json = try? JSON(parsing: bytes), let owner = ProcessIdentity(json)
    else { return nil }
    // A process that has been stopped is there, and yet does nothing: the heartbeat decides.
    let silence = files.age(of: "\(path)/heartbeat") ?? files.age(of: path) ?? .infinity
    let isAlive = owner.isAlive(seenBy: process)
    guard isAlive ?? true, silence < lostAfter || (evenIfSilent && isAlive == true) else {
      return nil
    }
    return Holder(
      pid: owner.pid, host: owner.host, since: json["since"]?.string ?? "an unknown time")
  }

  private static func hasResult(_ run: String, of number: Int, _ files: FileLayer) -> Bool {
    guard let bytes = try? files.read("\(run)/result.json", limit: 1 << 20) else { return false }
    return (try? JSON(parsing: bytes))?["attempt"]?.int == number
  }

  /// Seconds without a heartbeat after which an owner counts as lost.
  package static let lostAfter = 120.0

  /// - Throws: `.superseded` once somebody else has taken over.
  package func check() throws(RunError) {
    if files.exists(Self.path(run, number + 1)) {
      throw .superseded(path: run, attempt: number)
    }
  }

  package func beat() throws(RunError) {
    try files.replace("\(path)/heartbeat", with: Array("\(Moment.now.iso)\n".utf8))
  }

  /// Gives the claim back; what is said of it stays.
  package func end(_ word: JSON) throws(RunError) {
    try files.replace("\(path)/end.json", with: word.fileBytes)
  }

  /// Puts `RUN/result.json` in place, for good: of all who try, the first wins. That ends the claim.
  package func publish(_ result: JSON) throws(RunError) {
    let own = "\(path)/result.json"
    try files.replace(own, with: result.fileBytes)
    try check()
    guard try files.link(own, to: "\(run)/result.json") else {
      throw .superseded(path: run, attempt: number)
    }
    do throws(RunError) {
      try files.synchronizeDirectory(run)
    } catch {
      // What a loss of power may take back has not been said.
      try files.remove("\(run)/result.json")
      throw error
    }
  }
}
