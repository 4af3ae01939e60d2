import CLibrary
import RunFormat
import Testing

@testable import Runner

@Suite
struct ForeignDiskTests {
  private static func files(
    without lacking: FileLayer.Operation, _ code: Int32
  ) -> FileLayer {
    var files = FileLayer()
    files.fault = { operation, _ in operation == lacking ? code : 0 }
    return files
  }

  static let noLinks = [EPERM, ENOTSUP, ENOSYS, EMLINK]
  static let noLocks = [ENOLCK, ENOTSUP, ENOSYS]

  /// docs/failures.md: no hard links: a run ends as anywhere, and of two results the first wins
  @Test(arguments: noLinks)
  func noHardLinksARunEndsAsAnywhereAndOfTwoResultsTheFirstWins(code: Int32) throws {
    let scratch = try Scratch()
    let files = Self.files(without: .link, code)
    var setup = try TinyRun(length: "1 epochs").setup(scratch.path)
    setup.files = files
    let outcome = try train(setup)
    #expect(outcome.ending == .finished)
    #expect(try json("\(outcome.directory)/result.json")["state"]?.string == "finished")
    #expect(try scratch.contents().keys.allSatisfy { !$0.contains(".tmp-") })

    let run = "\(scratch.path)/run"
    func claim() throws -> RunClaim {
      try RunClaim.take(run, as: .current(), steps: 1, lostAfter: -1, files: files)
    }
    let (first, second) = (try claim(), try claim())
    let late = #expect(throws: RunError.self) {
      try first.publish(.map(["attempt": .integer(1)]))
    }
    #expect(late?.exitCode == 77)
    try second.publish(.map(["attempt": .integer(2)]))
    #expect(throws: RunError.self) { try first.publish(.map(["attempt": .integer(1)])) }
    #expect(try json("\(run)/result.json")["attempt"]?.int == 2)
  }

  /// docs/failures.md: no locks: a journal is added to, and what a crash tore is passed over
  @Test(arguments: noLocks)
  func noLocksAJournalIsAddedToAndWhatACrashToreIsPassedOver(code: Int32) throws {
    let scratch = try Scratch()
    let journal = Journal(sweep: scratch.path, files: Self.files(without: .lock, code))
    for n in 0..<3 { try journal.add("started", [("trial", .integer(n))]) }
    let whole = try FileLayer().read(journal.path)
    try FileLayer().replace(journal.path, with: Array(whole.dropLast(20)))
    try journal.add("ended", [("trial", .integer(9))])
    #expect(try journal.content().records.compactMap { $0["trial"]?.int } == [0, 1, 9])
  }

  /// docs/failures.md: no locks: of those that do something in one folder, one goes after
  /// another
  @Test(arguments: noLocks)
  func oneAfterAnotherWithoutLocks(code: Int32) async throws {
    let scratch = try Scratch()
    let (files, path) = (Self.files(without: .lock, code), scratch.path)
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try? files.alone(in: path) { () throws(RunError) in
            let before = counter.next()
            usleep(5_000)
            // Nobody has counted meanwhile.
            #expect(counter.count == before + 1)
          }
        }
      }
    }
    #expect(counter.count == 4)
    #expect(try FileLayer().list(path) == [])
  }

  @Test
  func namesOfUnfinishedFilesNoTwoProcessesShareOneAndNoOtherFileHasOne() {
    let names = (0..<100).map { _ in FileLayer.temporaryName(for: "a/b.csv").lastPathComponent }
    #expect(Set(names).count == 100)
    #expect(names.allSatisfy { $0.hasPrefix(".b.csv.tmp-") && FileLayer.isTemporary($0) })
    #expect(FileLayer.isTemporary(".status.json.tmp-4711"))
    for name in [
      ".a.tmp-", ".a.tmp-notes.txt", "a.tmp-12-ff", ".tmp", ".gitignore", ".a.tmp-1-2-3",
    ] {
      #expect(!FileLayer.isTemporary(name), "\(name)")
    }
  }
}
