import CLibrary
import CPUBackend
import RunFormat
import Spec
import Testing

@testable import Runner

/// What may befall the n-th operation of a run on a disk.
enum Mishap: String, CaseIterable, Sendable {
  case fails = "fails once with an I/O error"
  case full = "no room from there on"
  case short = "takes a part of the bytes at a time"
  case dies = "the process dies before it"
  case tears = "the process dies in the middle of it"
  case powerLoss = "the power goes: what was not synchronized is lost"

  var isDeath: Bool {
    switch self {
    case .fails, .full, .short: false
    case .dies, .tears, .powerLoss: true
    }
  }
}

/// Lets a mishap befall one operation, and keeps the books of what a loss of power would take back.
private final class Fate: @unchecked Sendable {
  let mishap: Mishap
  let place: Int
  private(set) var count = 0
  private(set) var isStruck = false
  private var isShort = false
  /// Bytes of files that grow which are safe; what is put in place by a rename was made safe before.
  private var safe: [String: Int] = [:]

  init(_ mishap: Mishap, at place: Int) { (self.mishap, self.place) = (mishap, place) }

  var files: FileLayer {
    var files = FileLayer()
    files.fault = { [self] operation, path in
      defer { count += 1 }
      let isHere = count == place
      isShort = false
      let code: Int32 =
        switch mishap {
        case .fails: isHere ? EIO : 0
        case .full: count >= place && Self.needsRoom(operation) ? ENOSPC : 0
        case .short: 0
        case .dies, .tears, .powerLoss: count >= place ? EIO : 0
        }
      if isHere, mishap == .short { isShort = operation == .write || operation == .append }
      if code != 0 || isShort { isStruck = true }
      if code == 0 { keep(operation, path) }
      return code
    }
    files.bytesBeforeFault = { [self] bytes in
      switch mishap {
      case .fails, .full: bytes / 2
      case .tears: count == place + 1 ? bytes / 2 : 0
      case .short, .dies, .powerLoss: 0
      }
    }
    files.bytesTaken = { [self] _, offered in isShort ? max(1, offered / 3) : offered }
    return files
  }

  private static func needsRoom(_ operation: FileLayer.Operation) -> Bool {
    switch operation {
    case .makeDirectory, .create, .write, .append, .link: true
    case .overwrite, .synchronize, .rename, .lock, .remove: false
    }
  }

  private func keep(_ operation: FileLayer.Operation, _ path: String) {
    switch operation {
    case .append: if safe[path] == nil { safe[path] = size(path) }
    case .synchronize: if safe[path] != nil { safe[path] = size(path) }
    case .rename: safe[path] = nil
    case .makeDirectory, .create, .write, .overwrite, .link, .lock, .remove: break
    }
  }

  private func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Takes back some of what the disk had not yet.
  func losePower() {
    guard mishap == .powerLoss else { return }
    var random = UInt64(place + 1)
    for (path, safe) in safe.sorted(by: { $0.key < $1.key }) where size(path) > safe {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let kept = Int(random >> 33) % (size(path) - safe)
      truncate(path, off_t(safe + kept))
    }
  }
}

/// A process that is no more: what it held is free.
private let gone = ProcessIdentity(
  pid: 1 << 22 + 1, host: Machine.host, boot: ProcessIdentity.current().boot,
  namespace: ProcessIdentity.current().namespace, start: nil)

@Suite
struct FaultTableTests {
  // All batches are of one size, so that there is little to plan anew for each of the many runs.
  static let run = TinyRun(
    imageCount: 8, length: "20 steps", log: "3 steps", samples: "{every: 10 steps, grid: 1x1}",
    checkpoint: "{every: 7 steps, keep: {last: 1}}", record: ", histograms: 9 steps")

  /// Read and built once, and not for each of thousands of runs.
  private static func common() throws -> RunSetup {
    try run.setup("unused", backend: CPUBackend(threads: 1))
  }

  private static func setup(_ directory: String, _ common: RunSetup) -> RunSetup {
    var setup = common
    setup.directory = directory
    return setup
  }

  /// What must come out in the end: the rows, the pictures and the last checkpoint.
  private static func numbers(_ directory: String, _ scratch: Scratch) throws -> [String: [UInt8]] {
    try scratch.contents(of: directory).filter { name, _ in
      name == "losses.csv" || name.hasPrefix("samples/")
        || name.hasPrefix("checkpoints/") && !name.hasSuffix("/state.json")
    }
  }

  /// What is in the event files: they tell times, and have a file for each attempt.
  private static func events(_ directory: String) throws -> [ReadEvent] {
    try ReadEvent.all(in: directory).filter { !$0.tags.isEmpty }
  }

  /// - Returns: what did not hold; nothing if all is well. `isTried` is false behind the last operation.
  private static func play(
    _ mishap: Mishap, at place: Int, _ undisturbed: [String: [UInt8]], _ events: [ReadEvent],
    _ common: RunSetup
  ) throws -> (isTried: Bool, problem: String?) {
    let scratch = try Scratch(inMemory: true)
    let directory = "\(scratch.path)/run"
    let fate = Fate(mishap, at: place)
    var setup = setup(directory, common)
    (setup.files, setup.process) = (fate.files, gone)
    let outcome = try? train(setup)
    fate.losePower()
    let isTried = fate.count > place
    if fate.isStruck, mishap != .short, outcome?.exitCode == 0 {
      return (isTried, "it was reported as a success")
    }
    if mishap == .short, outcome?.exitCode != 0 {
      return (isTried, "it ended with \(outcome?.message ?? "an error")")
    }
    if !mishap.isDeath, outcome?.ending != .finished, FileLayer().exists("\(directory)/result.json")
    {
      return (isTried, "it failed and has a result")
    }
    // Whatever checkpoint has its place is whole.
    let store = CheckpointStore(run: directory, files: FileLayer())
    for step in try store.steps() {
      _ = try LoadedCheckpoint(try store.resolve(.step(step)), files: FileLayer())
    }
    if case .ended = try Standing(of: directory) {
    } else {
      let again = try train(Self.setup(directory, common))
      if again.ending != .finished {
        return (isTried, "going on ended with \(again.message ?? "an error")")
      }
    }
    let found = try numbers(directory, scratch)
    if found != undisturbed {
      let names = Set(found.keys).union(undisturbed.keys).filter { found[$0] != undisturbed[$0] }
      return (isTried, "other content: \(names.sorted())")
    }
    let recorded = try Self.events(directory)
    if recorded != events { return (isTried, "other events: \(recorded.map(\.step))") }
    let left = try scratch.contents().keys.filter { $0.contains(".tmp-") }.sorted()
    // What a failing disk would not remove stays, hidden, until somebody goes on.
    return (isTried, left.isEmpty || outcome?.ending == .finished ? nil : "left over: \(left)")
  }

  /// docs/failures.md: disk full, I/O error or permission lost in mid-run; power loss: at
  /// whichever operation of 20 steps, what is on the disk goes on to the same end
  @Test
  func diskFullIOErrorOrPermissionLostInMidRunPowerLossAtWhicheverOperationOf20StepsWhatIs()
    async throws
  {
    let whole = try Scratch()
    let directory = "\(whole.path)/run"
    let common = try Self.common()
    #expect(try train(Self.setup(directory, common)).ending == .finished)
    let undisturbed = try Self.numbers(directory, whole)
    let events = try Self.events(directory)
    #expect(events.count == 13)
    #expect(undisturbed.count == 9, "\(undisturbed.keys.sorted())")

    let workers = 4
    typealias Part = (mishap: Mishap, tried: Int, problems: [String])
    let parts = await withTaskGroup(of: Part.self) { group in
      for mishap in Mishap.allCases {
        for worker in 0..<workers {
          group.addTask {
            var part: Part = (mishap, 0, [])
            var place = worker
            guard let common = try? Self.common() else { return part }
            while true {
              do {
                let outcome = try Self.play(mishap, at: place, undisturbed, events, common)
                if !outcome.isTried { return part }
                if let problem = outcome.problem { part.problems.append("\(place): \(problem)") }
              } catch {
                part.problems.append("\(place): \(error)")
                if part.problems.count > 20 { return part }
              }
              part.tried += 1
              place += workers
            }
          }
        }
      }
      return await group.reduce(into: [Part]()) { $0.append($1) }
    }
    print("a run of 20 steps, whose n-th operation on the disk …      tried  survived")
    for mishap in Mishap.allCases {
      let own = parts.filter { $0.mishap == mishap }
      let tried = own.map(\.tried).reduce(0, +)
      let problems = own.flatMap(\.problems)
      let name = mishap.rawValue + String(repeating: " ", count: 58 - mishap.rawValue.count)
      print(
        "\(name) \(padded(tried, 4))   \(problems.isEmpty ? "all" : "\(tried - problems.count)")")
      #expect(problems == [], "\(mishap.rawValue)")
      #expect(tried > 100)
    }
  }
}
