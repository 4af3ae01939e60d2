import Foundation
import RunFormat
import Testing

@testable import Watch

struct GrowingTableTests {
  let folder = Folder()

  private func table() -> GrowingTable { GrowingTable("\(folder.path)/losses.csv") }

  private func steps(_ table: GrowingTable) -> [Double] { table.curves["d_loss"]?.x ?? [] }

  @Test func onlyTheNewEndOfAFileIsRead() throws {
    folder.write("losses.csv", Folder.header + Folder.row(100) + Folder.row(200))
    var table = table()
    let (first, again) = (table.refresh(), table.refresh())
    #expect(first && !again)
    #expect(steps(table) == [100, 200] && table.columns == ["d_loss", "g_loss"])
    try folder.append("losses.csv", Folder.row(300))
    let third = table.refresh()
    #expect(third && steps(table) == [100, 200, 300])
    #expect(table.beginnings == 0)
  }

  @Test func aTornLastLineWaitsForItsRest() throws {
    folder.write("losses.csv", Folder.header + Folder.row(100) + "200,1,128")
    var table = table()
    _ = table.refresh()
    #expect(steps(table) == [100])
    try folder.append("losses.csv", "00,0.25,1.5\n")
    _ = table.refresh()
    #expect(steps(table) == [100, 200] && table.curves["d_loss"]?.y == [0.5, 0.25])
    #expect(table.damagedRows == 0 && table.beginnings == 0)
  }

  @Test func aTornFirstLineTellsNothingYet() throws {
    folder.write("losses.csv", "step,epo")
    var table = table()
    _ = table.refresh()
    #expect(table.columns.isEmpty)
    folder.write("losses.csv", Folder.header + Folder.row(100))
    _ = table.refresh()
    #expect(steps(table) == [100])
  }

  /// As `resume` does it.
  @Test func aFileThatAnotherHasTakenThePlaceOfIsReadAnew() throws {
    folder.write("losses.csv", Folder.header + Folder.row(100) + Folder.row(200))
    var table = table()
    _ = table.refresh()
    folder.write("new", Folder.header + Folder.row(100) + Folder.row(150) + Folder.row(175))
    #expect(rename("\(folder.path)/new", "\(folder.path)/losses.csv") == 0)
    _ = table.refresh()
    #expect(steps(table) == [100, 150, 175] && table.beginnings == 1)
  }

  @Test(arguments: [
    Folder.header + Folder.row(50),
    Folder.header + Folder.row(150) + Folder.row(250) + Folder.row(350),
  ])
  func aFileThatWasWrittenOverIsReadAnew(_ text: String) throws {
    folder.write("losses.csv", Folder.header + Folder.row(100) + Folder.row(200))
    var table = table()
    _ = table.refresh()
    let file = try #require(FileHandle(forWritingAtPath: "\(folder.path)/losses.csv"))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
    _ = table.refresh()
    let rows = NumberTable(Array(text.utf8))
    #expect(steps(table) == rows["step"]?.compactMap(\.self))
  }

  @Test func aFileThatIsGoneIsEmpty() throws {
    folder.write("losses.csv", Folder.header + Folder.row(100))
    var table = table()
    _ = table.refresh()
    try folder.remove("losses.csv")
    let gone = table.refresh()
    #expect(gone && table.curves.isEmpty)
    let still = table.refresh()
    #expect(!still)
  }

  @Test func aFileOfManyPiecesIsReadToItsEnd() {
    let rows = 60_000
    folder.write("losses.csv", Folder.header + (1...rows).map { Folder.row($0) }.joined())
    var table = table()
    _ = table.refresh()
    #expect(table.curves["d_loss"]?.rows == rows && table.damagedRows == 0)
  }
}

struct GrowingCurveTests {
  @Test func aCurveOfAnyLengthHasBoundedPointsWithTheMeanOfAll() throws {
    var curve = GrowingCurve(limit: 10)
    for step in 1...1_000 {
      curve.add(x: Double(step), y: Double(step % 7))
      #expect(curve.x.count <= 20)
    }
    // 1,000 rows in points of 64: the last one has 40 of them.
    #expect(curve.x.count == 16 && curve.generation == 6)
    #expect(abs(curve.x[0] - 32.5) < 1e-9)
    #expect(abs(curve.x[15] - 980.5) < 1e-9)
  }

  @Test func withinAGenerationOnlyTheLastPointChanges() {
    var curve = GrowingCurve(limit: 10)
    for step in 1...50 { curve.add(x: Double(step), y: 1) }
    let (before, generation) = (curve.x, curve.generation)
    curve.add(x: 51, y: 1)
    #expect(curve.generation == generation && curve.x.dropLast() == before.dropLast())
  }
}
