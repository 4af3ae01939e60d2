import CLibrary
import RunFormat
import Spec
import Testing

@Suite
struct RunNotesTests {
  private let scratch = try? Scratch()

  @Test func whatIsWrittenIsReadAndTagsStandOnceInTheirOrder() throws {
    let scratch = try #require(self.scratch)
    var notes = RunNotes.none
    for tag in ["paper", "draft", "paper"] { notes.add(tag) }
    notes.text = "two\nlines \"and\" marks"
    try scratch.write("run/notes.json", notes.json.text)
    let read = try RunNotes(of: "\(scratch.path)/run")
    #expect(read == notes)
    #expect(read.tags == ["paper", "draft"])
    #expect(try RunNotes(of: scratch.path).isEmpty)
  }

  @Test func whatASweepSaysHoldsForItsTrialsBehindTheirOwn() throws {
    var (own, sweep) = (RunNotes.none, RunNotes.none)
    own.add("mine")
    for tag in ["all", "mine"] { sweep.add(tag) }
    sweep.text = "of the sweep"
    #expect(own.joined(with: sweep).tags == ["mine", "all"])
    #expect(own.joined(with: sweep).text == "of the sweep")
    own.text = "of the trial"
    #expect(own.joined(with: sweep).text == "of the trial")
  }

  @Test func whatIsNotUnderstoodIsWrittenAsItWas() throws {
    let scratch = try #require(self.scratch)
    let text = """
      {"format": 1, "rating": {"by": ["me", 5]}, "tags": ["a b", "paper", 7], "text": "seen"}
      """
    try scratch.write("run/notes.json", text)
    var notes = try RunNotes(of: "\(scratch.path)/run")
    #expect(notes.tags == ["paper"])
    notes.add("new")
    notes.text = nil
    #expect(
      notes.json.compact
        == #"{"format":1,"tags":["paper","new","a b",7],"rating":{"by":["me",5]}}"#)
    for tag in notes.tags { notes.remove(tag) }
    #expect(notes.isEmpty && !notes.needsNoFile && RunNotes.none.needsNoFile)
  }

  @Test func aTimeFarAwayIsOneLikeAnyOther() throws {
    let scratch = try #require(self.scratch)
    var stamps: Set<FileStamp> = []
    // As far as file systems go.
    for seconds in [-2_147_483_648, 0, 10_413_792_000, 15_032_385_535] {
      try scratch.write("far", "")
      let time = timespec(tv_sec: seconds, tv_nsec: 5)
      try #require(utimensat(AT_FDCWD, "\(scratch.path)/far", [time, time], 0) == 0)
      stamps.insert(try #require(FileStamp("\(scratch.path)/far")))
    }
    #expect(stamps.map(\.seconds).max() ?? 0 > 9_223_372_036)
    #expect(Set(stamps.map(\.version)).count == stamps.count && stamps.count == 4)
  }

  @Test func aDiskWithoutAnEndHasRoom() {
    var status = statvfs()
    (status.f_bavail, status.f_frsize) = (.max, 4096)
    #expect(FileLayer.freeBytes(status) == .max)
    (status.f_bavail, status.f_frsize) = (3, 4096)
    #expect(FileLayer.freeBytes(status) == 12288)
  }

  @Test(arguments: [
    "{}", "{\"format\": 1, \"tags\": [], \"text\": 5}", "[1]", "{\"format\": 2, \"tags\": []}",
    "tags", "{\"format\": 1}",
  ])
  func aFileThatSaysSomethingElseIsToldWithItsPlace(_ text: String) throws {
    let scratch = try #require(self.scratch)
    try scratch.write("run/notes.json", text)
    let error = #expect(throws: ReadingError.self) { try RunNotes(of: "\(scratch.path)/run") }
    #expect(error?.path == "\(scratch.path)/run/notes.json")
  }

  @Test(arguments: [
    ("paper", true), ("cvpr:2027/v1.2_a-b+c", true), ("für-später", true), ("", false),
    ("a b", false), ("a,b", false), ("\"x\"", false), ("a\u{1B}[0m", false),
    (String(repeating: "x", count: 65), false),
  ])
  func aTagIsAWord(_ tag: String, _ isTag: Bool) {
    #expect((RunNotes.objection(toTag: tag) == nil) == isTag)
  }

  @Test func bytesAreCountedByWhatTheFilesAre() throws {
    let scratch = try #require(self.scratch)
    for (name, count) in [
      ("checkpoints/step-1/generator.safetensors", 1000), ("checkpoints/latest", 10),
      ("samples/ema/final.png", 200), ("log.txt", 30), ("events.out.tfevents.000001", 5),
      ("losses.csv", 7), ("attempts/1/owner.json", 1), ("logs/0.txt", 2),
    ] { try scratch.write("run/\(name)", String(repeating: "x", count: count)) }
    try #require(symlink("/usr", "\(scratch.path)/run/elsewhere") == 0)
    let use = DiskUse(of: "\(scratch.path)/run")
    #expect(use[.checkpoints] == 1010 && use[.grids] == 200 && use[.logs] == 37)
    #expect(use[.rest] == 8 && use.total == 1255 && use.files == 8)
    #expect(DiskUse(of: "\(scratch.path)/run", without: ["checkpoints"]).total == 245)
  }

  @Test func aTrialOfASweepThatIsBeingPlayedStays() throws {
    let scratch = try #require(self.scratch)
    try scratch.write("sweep/plan.jsonl", "")
    try scratch.write("sweep/trials/0000/losses.csv", "step\n")
    let sweep = "\(scratch.path)/sweep"
    let claim = try RunClaim.take(
      sweep, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
    #expect(throws: RunError.self) { try Removal(of: "\(sweep)/trials/0000") }
    try claim.end(.map(["state": .text("complete")]))
    try Removal(of: "\(sweep)/trials/0000").carryOut()
    #expect(!FileLayer().exists("\(sweep)/trials/0000"))
  }
}
