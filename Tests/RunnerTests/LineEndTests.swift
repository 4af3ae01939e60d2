import CLibrary
import CPUBackend
import RunFormat
import Testing

@testable import Runner

@Suite
struct LineEndTests {
  enum Change: String, CaseIterable, Sendable {
    case carriageReturns = "lines end as on Windows"
    case onlyCarriageReturns = "lines end as on an old Macintosh"
    case mark = "a byte order mark in front"
    case lastEnd = "the last line has no end"

    func made(in bytes: [UInt8]) -> [UInt8] {
      switch self {
      case .carriageReturns: bytes.flatMap { $0 == 10 ? [13, 10] : [$0] }
      case .onlyCarriageReturns: bytes.map { $0 == 10 ? 13 : $0 }
      case .mark: [0xEF, 0xBB, 0xBF] + bytes
      case .lastEnd: Array(bytes.dropLast())
      }
    }
  }

  private static let run = TinyRun(length: "4 epochs", log: "1 steps")

  private func setup(_ run: TinyRun, _ results: String, _ directory: String?) throws -> RunSetup {
    var setup = try run.setup(results, backend: CPUBackend(threads: 1))
    setup.directory = directory
    return setup
  }

  /// docs/failures.md: rows whose lines have other ends: the run goes on from them, and says so
  @Test(arguments: Change.allCases)
  func aRunGoesOnWhateverTheEndsOfItsLines(change: Change) throws {
    let (whole, scratch) = (try Scratch(), try Scratch())
    let undisturbed = try train(setup(Self.run, whole.path, nil)).directory
    var short = Self.run
    short.length = "2 epochs"
    let directory = try train(setup(short, scratch.path, nil)).directory
    let files = FileLayer()
    for name in ["losses.csv", "timing.csv"] {
      let path = "\(directory)/\(name)"
      try files.replace(path, with: change.made(in: try files.read(path)))
    }
    // Of what is no table, only the ends of lines are changed by such tools.
    if change == .carriageReturns {
      for name in [
        "status.json", "result.json", "resolved.yaml", "spec.yaml", "checkpoints/latest",
        "attempts/1/resolved.yaml", "attempts/1/owner.json", "log.txt",
      ] {
        let path = "\(directory)/\(name)"
        try files.replace(path, with: change.made(in: try files.read(path)))
      }
      let latest = try CheckpointStore(run: directory, files: files).resolve(.last)
      #expect(latest.hasSuffix("/step-00000006"))
    }
    var warnings: [String] = []
    let outcome = try train(setup(Self.run, "unused", directory)) { event in
      if case .warning(let text) = event { warnings.append(text) }
    }
    #expect(outcome.ending == .finished)
    #expect(try text("\(directory)/losses.csv") == text("\(undisturbed)/losses.csv"))
    let times = TimingRow.rows(of: try files.read("\(directory)/timing.csv"))
    // A row without an end may be half a row; times are for reading only.
    #expect(times.count == (change == .lastEnd ? 11 : 12))
    if change != .mark || !warnings.isEmpty {
      #expect(warnings.count == 1 && warnings[0].contains("losses.csv: its lines had other ends"))
    }
  }

  /// docs/failures.md: rows that have been changed: losses.csv is named, and no checkpoint is
  /// called damaged
  @Test
  func rowsThatHaveBeenChangedLossesCsvIsNamedAndNoCheckpointIsCalledDamaged() throws {
    let scratch = try Scratch()
    let directory = try train(setup(Self.run, scratch.path, nil)).directory
    let path = "\(directory)/losses.csv"
    let files = FileLayer()
    try files.replace(path, with: Array(try files.read(path).prefix(200)))
    var longer = Self.run
    longer.length = "5 epochs"
    let before = try scratch.contents(of: "\(directory)/checkpoints")
    let error = #expect(throws: RunError.self) { try train(setup(longer, "unused", directory)) }
    #expect(error?.exitCode == 8)
    let words = error?.description ?? ""
    #expect(words.hasPrefix("\(path): damaged: it had "), "\(words)")
    #expect(words.contains("and has 200: rows have been changed or lost since"))
    #expect(try scratch.contents(of: "\(directory)/checkpoints") == before)
  }
}
