import RunFormat
import Testing

@testable import Runner

struct JournalTests {
  @Test func aTornJournalIsCutAndGoesOn() throws {
    let scratch = try Scratch()
    let journal = Journal(sweep: scratch.path)
    for n in 0..<3 { try journal.add("started", [("trial", .integer(n))]) }
    let whole = try FileLayer().read(journal.path)
    for cut in stride(from: whole.count - 1, to: whole.count - 60, by: -7) {
      try FileLayer().replace(journal.path, with: Array(whole[..<cut]))
      #expect(try journal.content().records.count == 2)
      try journal.add("ended", [("trial", .integer(9))])
      #expect(try journal.content().records.compactMap { $0["trial"]?.int } == [0, 1, 9])
    }
    var changed = whole
    changed[10] ^= 1
    try FileLayer().replace(journal.path, with: changed)
    #expect(try journal.content().records.compactMap { $0["trial"]?.int } == [1, 2])
    #expect(try journal.content().damaged == 1)
  }

  @Test func manyProcessesMayAddToOneJournal() async throws {
    let scratch = try Scratch()
    let journal = Journal(sweep: scratch.path)
    await withTaskGroup(of: Void.self) { group in
      for n in 0..<8 {
        group.addTask {
          for _ in 0..<20 { try? journal.add("started", [("trial", .integer(n))]) }
        }
      }
    }
    #expect(try journal.content().records.count == 160)
  }
}
