import Spec
import Testing

@testable import Runner

struct TimetableTests {
  private func table(
    _ length: TrainingLength = .steps(100), images: Int = 10, batch: Int = 4,
    dropLast: Bool = false, perRound: Int = 1
  ) throws -> Timetable {
    try Timetable(
      length: length, imageCount: images, batch: batch, dropLast: dropLast,
      batchesPerRound: perRound)
  }

  @Test(arguments: [
    (10, 4, false, 5), (10, 4, true, 5), (8, 4, false, 3), (3, 4, false, 4), (4, 4, true, 2),
    (1, 1, false, 3),
  ])
  func everyImageIsSeenOnceAnEpoch(images: Int, batch: Int, dropLast: Bool, epochs: Int) throws {
    let timetable = try table(images: images, batch: batch, dropLast: dropLast)
    var order = BatchOrder(timetable, seed: 3)
    var orders: Set<[Int]> = []
    for epoch in 0..<epochs {
      var seen: [Int] = []
      for index in 0..<timetable.batchesPerEpoch {
        let indices = order.images(ofBatch: epoch * timetable.batchesPerEpoch + index)
        #expect(indices.count == batch || (!dropLast && indices.count == images % batch))
        seen += indices
      }
      #expect(Set(seen).count == seen.count)
      #expect(seen.count == (dropLast ? images / batch * batch : images))
      #expect(seen.allSatisfy { (0..<images).contains($0) })
      orders.insert(seen)
    }
    if images > 4 { #expect(orders.count > 1, "each epoch has an order of its own") }
  }

  @Test func anotherSeedIsAnotherOrder() throws {
    var (a, b) = (BatchOrder(try table(), seed: 1), BatchOrder(try table(), seed: 2))
    #expect((0..<3).flatMap { a.images(ofBatch: $0) } != (0..<3).flatMap { b.images(ofBatch: $0) })
  }

  @Test func theOrderDoesNotDependOnWhereOneBegins() throws {
    var (whole, resumed) = (BatchOrder(try table(), seed: 1), BatchOrder(try table(), seed: 1))
    let batches = (0..<12).map { Array(whole.images(ofBatch: $0)) }
    #expect(Array(resumed.images(ofBatch: 7)) == batches[7])
  }

  struct Length: Sendable, CustomTestStringConvertible {
    let length: TrainingLength
    var dropLast = false
    var perRound = 1
    let rounds: Int
    var testDescription: String { "\(length) drop \(dropLast) per round \(perRound)" }
  }

  static let lengths = [
    Length(length: .steps(7), rounds: 7),
    Length(length: .epochs(3), rounds: 9),
    Length(length: .epochs(3), dropLast: true, rounds: 6),
    Length(length: .epochs(3), perRound: 2, rounds: 5),
    Length(length: .images(10), rounds: 3),
    Length(length: .images(11), rounds: 4),
    Length(length: .images(9), rounds: 3),
    Length(length: .images(8), dropLast: true, rounds: 2),
    Length(length: .images(25), perRound: 2, rounds: 4),
  ]

  @Test(arguments: lengths)
  func aLengthIsPlayedUntilItIsReached(_ length: Length) throws {
    let timetable = try table(
      length.length, dropLast: length.dropLast, perRound: length.perRound)
    #expect(timetable.rounds == length.rounds)
  }

  @Test func imagesAndEpochsAreCounted() throws {
    let timetable = try table()
    #expect((0...7).map(timetable.images) == [0, 4, 8, 10, 14, 18, 20, 24])
    #expect((1...7).map(timetable.epoch) == [1, 1, 1, 2, 2, 2, 3])
    #expect((0...7).map(timetable.finishedEpochs) == [0, 0, 0, 1, 1, 1, 2, 2])
  }

  @Test(arguments: [
    (Period.steps(3), 1, [3, 6, 9, 12]), (.epochs(1), 1, [3, 6, 9, 12]),
    (.epochs(2), 1, [6, 12]), (.epochs(1), 2, [2, 3, 5, 6, 8, 9, 11, 12]),
  ])
  func whatHappensNowAndThenHappensOnTime(period: Period, perRound: Int, rounds: [Int]) throws {
    let timetable = try table(perRound: perRound)
    #expect((1...12).filter { timetable.isDue(period, after: $0) } == rounds)
  }

  @Test func theFirstEpochHasItsPictureToo() throws {
    let timetable = try table()
    #expect((1...12).filter { timetable.isDueForSamples(.epochs(3), after: $0) } == [3, 9])
    #expect((1...12).filter { timetable.isDueForSamples(.steps(5), after: $0) } == [5, 10])
  }
}
