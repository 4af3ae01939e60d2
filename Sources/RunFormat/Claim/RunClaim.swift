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
    /// The scheduler's task that it is, `123_7`; nil outside of one.
    package var task: String?
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
    // The last attempt that is known to be there, whatever a listing says.
    var taken = 0
    while true {
      let newest = max(try newest(of: run, files), taken)
      if let holder = try holder(
        of: run, newest, seenBy: process, lostAfter: lostAfter, mayWrite: true, files)
      {
        throw .locked(path: run, holder)
      }
      let number = newest + 1
      let claim = RunClaim(number: number, path: path(run, number), run: run, files: files)
      let draft =
        "\(run)/attempts/.\(number).tmp-\(process.pid)-"
        + String(UInt64.random(in: 0 ... .max), radix: 16)
      let owner = JSON.object(
        (process.json.members ?? []) + [
          ("since", .text(Moment.now.iso)), ("steps", .integer(steps)),
          ("token", .text(draft.lastPathComponent)),
        ]
      ).fileBytes
      var isMade = false
      do throws(RunError) {
        isMade = try files.makeDirectory(draft)
        try files.create("\(draft)/owner.json", owner)
        try files.create("\(draft)/heartbeat", Array("\(Moment.now.iso)\n".utf8))
        guard try files.renameIfFree(draft, to: claim.path) else {
          // Of another, who may take it back before anybody looks.
          try? files.remove(draft)
          taken = files.exists(claim.path) ? number : 0
          continue
        }
      } catch {
        // Gone, when the one who was first has cleared up.
        let isGone = isMade && !files.exists(draft)
        try? files.remove(draft)
        if isGone || files.exists(claim.path) { continue }
        throw error
      }
      do throws(RunError) {
        // The one before it may have been taken back meanwhile: who is fenced by it would see nobody, or
        // another has it now.
        if newest > 0, try !isOver(newest, of: run, seenBy: process, lostAfter: lostAfter, files) {
          claim.forget()
          continue
        }
        try files.synchronizeDirectory("\(run)/attempts")
      } catch {
        claim.forget()
        throw error
      }
      // On file systems that take another view of renaming, the last one wins.
      guard try files.read("\(claim.path)/owner.json", limit: 1 << 20) == owner else { continue }
      return claim
    }
  }

  /// Whether a claim is there, and nobody's any more.
  private static func isOver(
    _ number: Int, of run: String, seenBy process: ProcessIdentity, lostAfter: Double,
    _ files: FileLayer
  ) throws(RunError) -> Bool {
    guard try files.isThere(path(run, number)) else { return false }
    return try holder(of: run, number, seenBy: process, lostAfter: lostAfter, files) == nil
  }

  /// Whoever has so many begun otherwise.
  private static let mostAttempts = 1_000_000_000

  /// The numbers of the attempts so far, rising.
  package static func attempts(of run: String, _ files: FileLayer) throws(RunError) -> [Int] {
    guard try files.isThere("\(run)/attempts") else { return [] }
    return try files.list("\(run)/attempts").compactMap { name in
      Int(name).flatMap { (1..<mostAttempts).contains($0) && String($0) == name ? $0 : nil }
    }.sorted()
  }

  /// The last attempt so far, 0 before the first. A listing of a shared folder may be old: what would come
  /// next is looked up by its name.
  private static func newest(of run: String, _ files: FileLayer) throws(RunError) -> Int {
    var newest = try attempts(of: run, files).last ?? 0
    while newest < mostAttempts - 1, try files.isThere(path(run, newest + 1)) { newest += 1 }
    return newest
  }

  /// Who holds a run now; nil if nobody does.
  ///
  /// - Parameter evenIfSilent: whether a process that can be seen to live counts however long it has
  ///   been silent.
  package static func holder(
    of run: String, seenBy process: ProcessIdentity = .current(), lostAfter: Double = lostAfter,
    evenIfSilent: Bool = false, files: FileLayer = FileLayer()
  ) throws(RunError) -> Holder? {
    let newest = try newest(of: run, files)
    guard newest > 0 else { return nil }
    return try holder(
      of: run, newest, seenBy: process, lostAfter: lostAfter, evenIfSilent: evenIfSilent, files)
  }

  /// Who plays the sweep that a run is a trial of, and its folder; nil where nobody does.
  package static func holder(
    ofSweepAround run: String, files: FileLayer = FileLayer()
  ) throws(RunError) -> (sweep: String, holder: Holder)? {
    let above = (PlainFiles.absolute(run) ?? run).parentPath
    guard above.lastPathComponent == "trials",
      let holder = try holder(of: above.parentPath, evenIfSilent: true, files: files)
    else { return nil }
    return (above.parentPath, holder)
  }

  /// Seconds since the last sign of life of whoever had a run last; nil where nobody ever had.
  ///
  /// - Parameter now: by the clock of the file system; nil: this machine's.
  package static func silence(
    of run: String, at now: Double? = nil, files: FileLayer = FileLayer()
  ) throws(RunError) -> Double? {
    let newest = try newest(of: run, files)
    return newest > 0 ? try silence(of: path(run, newest), at: now, files) : nil
  }

  private static func holder(
    of run: String, _ number: Int, seenBy process: ProcessIdentity, lostAfter: Double,
    evenIfSilent: Bool = false, mayWrite: Bool = false, _ files: FileLayer
  ) throws(RunError) -> Holder? {
    let path = path(run, number)
    // What cannot be read is not absent: each of these fails then.
    guard number > 0, try !files.isThere("\(path)/end.json"),
      try !hasResult(run, of: number, files),
      try files.isThere("\(path)/owner.json")
    else { return nil }
    let bytes: [UInt8]
    do throws(RunError) {
      bytes = try files.read("\(path)/owner.json", limit: 1 << 20)
    } catch {
      // Taken back since, and perhaps another's by now.
      guard try files.isThere("\(path)/owner.json") else { return nil }
      bytes = try files.read("\(path)/owner.json", limit: 1 << 20)
    }
    // A process that has been stopped is there, and yet does nothing: the heartbeat decides.
    let silence = try silence(of: path, at: mayWrite ? files.clock(in: path) : nil, files)
    let isSilent = silence.map { $0 >= lostAfter } ?? true
    guard let json = try? JSON(parsing: bytes), let owner = ProcessIdentity(json) else {
      if isSilent { return nil }
      throw .file(
        path: "\(path)/owner.json", action: "read",
        reason: "it does not say who is at work, and somebody was "
          + "\(Int(max(0, silence ?? 0))) s ago; after \(Int(lostAfter)) s of silence anybody may go on"
      )
    }
    let isAlive = owner.isAlive(seenBy: process)
    guard isAlive ?? true, !isSilent || (evenIfSilent && isAlive == true) else {
      return nil
    }
    return Holder(
      pid: owner.pid, host: owner.host, since: json["since"]?.string ?? "an unknown time",
      task: owner.cluster?.id)
  }

  /// Seconds since the owner's last sign of life.
  ///
  /// - Parameter now: by the clock of the file system, for whoever may take over: those of two nodes of a
  ///   cluster need not agree. nil, for whoever only looks and writes nothing: this machine's.
  private static func silence(
    of path: String, at now: Double?, _ files: FileLayer
  ) throws(RunError) -> Double? {
    if let silence = try files.age(of: "\(path)/heartbeat", at: now) { return silence }
    return try files.age(of: path, at: now)
  }

  private static func hasResult(
    _ run: String, of number: Int, _ files: FileLayer
  ) throws(RunError) -> Bool {
    guard try files.isThere("\(run)/result.json") else { return false }
    let bytes = try files.read("\(run)/result.json", limit: 1 << 20)
    return (try? JSON(parsing: bytes))?["attempt"]?.int == number
  }

  /// Seconds without a heartbeat after which an owner counts as lost.
  package static let lostAfter = 120.0

  /// - Throws: `.superseded` once somebody else has taken over.
  package func check() throws(RunError) { try check(in: run) }

  /// - Parameter place: where the directory is now, if it has been moved.
  package func check(in place: String) throws(RunError) {
    if try files.isThere(Self.path(place, number + 1)) {
      throw .superseded(path: run, attempt: number)
    }
  }

  package func beat() throws(RunError) {
    try files.replace("\(path)/heartbeat", with: Array("\(Moment.now.iso)\n".utf8))
  }

  /// Makes sure that nobody takes over within the next moments: before something is removed that another
  /// process would need.
  ///
  /// - Throws: `.superseded` once somebody else has taken over.
  package func renew(lostAfter: Double = lostAfter) throws(RunError) {
    let silence = try files.age(of: "\(path)/heartbeat", at: files.clock(in: path))
    if silence.map({ $0 > lostAfter / 2 }) ?? true { try beat() }
    try check()
  }

  /// Takes the claim back as if it had never been made, unless somebody has gone on from it.
  package func forget() {
    guard (try? renew()) != nil else { return }
    // Gone at once: an empty folder is one that the next may put theirs over.
    try? files.withdraw(path) { _ throws(RunError) in try check() }
  }

  /// Gives the claim back; what is said of it stays.
  package func end(_ word: JSON) throws(RunError) {
    try files.replace("\(path)/end.json", with: word.fileBytes)
  }

  /// Puts `RUN/result.json` in place, for good: of all who try, the first wins. That ends the claim.
  package func publish(_ result: JSON) throws(RunError) {
    let (own, place) = ("\(path)/result.json", "\(run)/result.json")
    try files.replace(own, with: result.fileBytes, check: check)
    do throws(RunError) {
      switch try files.link(own, to: place) {
      case .made: try files.synchronizeDirectory(run)
      case .taken:
        // A server whose answer was lost is asked a second time, and has done it already.
        guard try Self.hasResult(run, of: number, files) else {
          throw .superseded(path: run, attempt: number)
        }
      case .impossible:
        // Whoever takes over removes this process's temporaries before it puts anything in place.
        try files.replace(place, with: result.fileBytes) { () throws(RunError) in
          try check()
          if try files.isThere(place) { throw .superseded(path: run, attempt: number) }
        }
      }
    } catch {
      // What a loss of power may take back has not been said.
      if (try? Self.hasResult(run, of: number, files)) == true { try files.remove(place) }
      throw error
    }
  }
}
