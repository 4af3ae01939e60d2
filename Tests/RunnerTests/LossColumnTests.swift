import CPUBackend
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// Columns of losses.csv that only some games have.
struct LossColumnTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: TinyRun
    let columns: String
  }

  static let usual = "step,epoch,images,d_loss,g_loss,d_real,d_fake,d_gradient_norm,g_gradient_norm"

  static let cases = [
    Case(testDescription: "a plain game has none", run: TinyRun(), columns: ""),
    Case(testDescription: "clipping adds nothing", run: TinyRun(penalties: "[clip]"), columns: ""),
    Case(testDescription: "BEGAN", run: .autoencoder, columns: ",k,convergence"),
    Case(
      testDescription: "InfoGAN, with a step of its own", run: .codes, columns: ",information"),
    Case(
      testDescription: "InfoGAN, as a term of both losses",
      run: TinyRun(
        critic: "heads: {score: [{linear: 1}], categorical: [{linear: 2}]}",
        latent: "{size: 2, codes: {categorical: [2], continuous: 0}}",
        penalties: "[information]"),
      columns: ",d_information,g_information"),
    Case(
      testDescription: "ACGAN",
      run: TinyRun(
        labels: "{classes: 3}", critic: "heads: {score: [{linear: 1}], class: [{linear: 3}]}",
        penalties: "[classification]"),
      columns: ",d_classification,g_classification"),
    Case(
      testDescription: "penalties in the order of the spec, the second of a name with a number",
      run: TinyRun(
        penalties: "[l1_to_real: 1, r1: 1, orthogonal: 1, {orthogonal: {weight: 2, on: generator}},"
          + " {orthogonal: {weight: 3, diagonal: false}}]"),
      columns: ",g_l1_to_real,d_r1,d_orthogonal,g_orthogonal,d_orthogonal_2"),
  ]

  private func rows(_ run: TinyRun) throws -> (header: String, rows: [LossRow]) {
    let scratch = try Scratch()
    let outcome = try train(try run.setup(scratch.path, backend: CPUBackend(threads: 1)))
    let bytes = try FileLayer().read("\(outcome.directory)/losses.csv")
    let header = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return (header, LossRow.rows(of: bytes))
  }

  @Test(arguments: cases)
  func aGameHasTheColumnsOfWhatItIsMadeOf(_ test: Case) throws {
    let (header, rows) = try rows(test.run)
    #expect(header == Self.usual + test.columns)
    #expect(!rows.isEmpty)
    for row in rows {
      // d_real and d_fake are there for every critic's move, and so is all else.
      #expect(row.means.count == row.columns.count && row.means.values.allSatisfy(\.isFinite))
    }
  }

  @Test func aPenaltyIsWhatItAddsToTheLoss() throws {
    let run = TinyRun(
      log: "1 steps", generatorLayer: "tanh", loss: "wasserstein", penalties: "[gradient_penalty]")
    for row in try rows(run).rows {
      let values = try ["d_fake", "d_real", "d_gradient_penalty", "d_loss"].map {
        try #require(row[LossColumn(rawValue: $0)])
      }
      #expect(values[2] > 0)
      #expect(abs(values[0] - values[1] + values[2] - values[3]) < 1e-5 * abs(values[3]) + 1e-6)
    }
  }

  @Test func theControllerAndTheConvergenceOfBEGANAreThoseOfTheMove() throws {
    var run = TinyRun.autoencoder
    run.log = "1 steps"
    var k = 0.2
    let played = try rows(run).rows
    #expect(played.count == 9)
    for row in played {
      let (real, fake) = try (
        #require(row[LossColumn(rawValue: "d_real")]), #require(row[LossColumn(rawValue: "d_fake")])
      )
      k = min(max(k + 0.1 * (0.5 * real - fake), 0), 1)
      let written = try #require(row[LossColumn(rawValue: "k")])
      let convergence = try #require(row[LossColumn(rawValue: "convergence")])
      #expect(abs(written - k) < 1e-5)
      #expect(abs(convergence - real - abs(0.5 * real - fake)) < 1e-5)
    }
  }

  @Test func aRunGoesOnWithTheColumnsItBeganWith() {
    let usual = Self.usual.split(separator: ",").dropFirst(3).map {
      LossColumn(rawValue: String($0))
    }
    #expect(LossRow.columns(header: Self.usual[...]) == usual)
    #expect(usual.map(\.isLoss) == [true, true, false, false, false, false])
    #expect(usual.prefix(2).map(\.owner) == ["d", "g"])
    var ledger = LossLedger(columns: usual)
    ledger.add([
      MoveResult(
        name: "discriminator0", mover: "discriminator", loss: 1,
        recorded: [LossColumn(rawValue: "d_loss"): 1, LossColumn(rawValue: "d_r1"): 3])
    ])
    #expect(ledger.takeRow(step: 1, epoch: 1, images: 4).csv == "1,1,4,1.0,,,,,\n")
  }

  /// Readers know a loss by its name alone.
  @Test(arguments: cases)
  func whatIsALossIsCalledSo(_ test: Case) throws {
    for column in try test.run.program().columns {
      #expect(LossColumn(rawValue: column.name).isLoss == (column.kind == .loss), "\(column.name)")
    }
  }
}
