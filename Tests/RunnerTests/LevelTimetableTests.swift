import ModelBuilder
import Spec
import Testing

@testable import Runner

struct LevelTimetableTests {
  /// When stages begin, in a run of so many rounds of 4, 4 and 2 images.
  struct Case: Sendable, CustomTestStringConvertible {
    let growing: String
    var length = "100 steps"
    var dropLast = false
    var criticSteps = 1
    /// `level f firstImage firstRound`, of each stage.
    let stages: [String]
    let shortfall: String?
    var testDescription: String { "\(growing) in \(length)" }
  }

  static let cases = [
    Case(
      growing: "{fade: 6 images, stable: 5 images}",
      stages: ["1 0 0", "2f 5 2", "2 11 4", "3f 16 5", "3 22 7"], shortfall: nil),
    Case(
      growing: "{fade: 1 epochs, stable: [2 epochs, 1 epochs]}",
      stages: ["1 0 0", "2f 20 6", "2 30 9", "3f 40 12", "3 50 15"], shortfall: nil),
    Case(
      growing: "{fade: 1 epochs, stable: [2 epochs, 1 epochs]}", dropLast: true,
      stages: ["1 0 0", "2f 16 4", "2 24 6", "3f 32 8", "3 40 10"], shortfall: nil),
    Case(
      growing: "{fade: [2 steps, 1 steps], stable: [1 steps, 3 steps]}",
      stages: ["1 0 0", "2f 4 1", "2 10 3", "3f 20 6", "3 24 7"], shortfall: nil),
    Case(
      growing: "{fade: 2 steps, stable: 1 steps}", criticSteps: 2,
      stages: ["1 0 0", "2f 8 1", "2 20 3", "3f 28 4", "3 40 6"], shortfall: nil),
    // Shorter than a round: those that are over before one begins are never played.
    Case(
      growing: "{fade: 1 images, stable: 1 images}",
      stages: ["1 0 0", "2f 1 1", "2 2 1", "3f 3 1", "3 4 1"], shortfall: nil),
    Case(
      growing: "{fade: 6 images, stable: 5 images}", length: "6 steps",
      stages: ["1 0 0", "2f 5 2", "2 11 4", "3f 16 5", "3 22 7"],
      shortfall:
        "the run ends after 20 images, in level 3 of 3: 4×4, fading in; the last level plays "
        + "alone from image 22 on (schedule.growing)"),
    Case(
      growing: "{fade: 9000000000000000 epochs, stable: 9000000000000000 steps}", length: "2 steps",
      stages: [
        "1 0 0", "2f 3579139414 1073741824", "2 1103090767190 330927230157",
        "3f 1106669906604 332000971981", "3 2206181534380 661854460314",
      ],
      shortfall:
        "the run ends after 8 images, in level 1 of 3: 1×1; the last level plays alone from "
        + "image 2,206,181,534,380 on (schedule.growing)"),
  ]

  private static func levels(_ test: Case) throws -> (LevelTimetable, Timetable) {
    var run = TinyRun.growing
    run.length = test.length
    run.dropLast = test.dropLast
    run.schedule = ", growing: \(test.growing), discriminator_steps: \(test.criticSteps)"
    let timetable = try Timetable(try run.program(), imageCount: 10)
    return (try #require(LevelTimetable(try run.program(), timetable)), timetable)
  }

  @Test(arguments: cases)
  func stagesBeginWhereTheirImagesSay(_ test: Case) throws {
    let (levels, timetable) = try Self.levels(test)
    let said = levels.entries.map { entry in
      "\(entry.stage.level + 1)\(entry.stage.isFading ? "f" : "") \(entry.firstImage) "
        + "\(entry.firstRound)"
    }
    #expect(said == test.stages)
    #expect(levels.shortfall == test.shortfall)
    for round in 0..<min(timetable.rounds, 40) {
      let moment = levels.moment(after: round)
      let playing = levels.entries.last { $0.firstRound <= round }
      #expect(moment.stage == playing?.stage, "round \(round)")
      #expect(moment.stage.isFading || moment.alpha == 1)
    }
  }

  /// Stages that end after the run do so when they would in a longer one.
  @Test(arguments: [
    "{fade: 8 steps, stable: 1 steps}", "{fade: 50 images, stable: 3 images}",
    "{fade: 9 epochs, stable: [1 steps, 2 epochs]}", "{fade: 1 steps, stable: 30 steps}",
  ])
  func aRunMadeLongerPlaysTheSameStages(growing: String) throws {
    func levels(_ length: String) throws -> LevelTimetable {
      try Self.levels(Case(growing: growing, length: length, stages: [], shortfall: nil)).0
    }
    let (short, long) = (try levels("5 steps"), try levels("400 steps"))
    #expect(short.entries == long.entries)
    #expect((0...5).map(short.moment) == (0...5).map(long.moment))
    #expect(short.shortfall != nil && long.shortfall == nil)
  }

  @Test func alphaRisesWithTheImages() throws {
    let (levels, _) = try Self.levels(Self.cases[0])
    let alphas = (0..<9).map { levels.moment(after: $0).alpha }
    // Images shown: 0, 4, 8, 10, 14, 18, 20, 24, 28.
    #expect(
      alphas == [1, 1, Float(3.0 / 6), Float(5.0 / 6), 1, Float(2.0 / 6), Float(4.0 / 6), 1, 1])
    #expect((0..<9).filter(levels.stageBegins) == [2, 4, 5, 7])
    #expect((0..<9).filter(levels.optimizersBegin) == [2, 4, 5, 7])
    var later = Self.cases[0]
    later = Case(
      growing: "{fade: 6 images, stable: 5 images, reset_optimizer: levels}",
      stages: later.stages, shortfall: nil)
    #expect((0..<9).filter(try Self.levels(later).0.optimizersBegin) == [2, 5])
  }

  @Test func aLevelIsCalledByItsSize() throws {
    let (levels, _) = try Self.levels(Self.cases[0])
    #expect(
      [0, 2, 4, 5, 7].map { levels.words(after: $0) } == [
        "level 1 of 3: 1×1", "level 2 of 3: 2×2, fading in", "level 2 of 3: 2×2",
        "level 3 of 3: 4×4, fading in", "level 3 of 3: 4×4",
      ])
  }
}
