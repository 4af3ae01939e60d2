import RunFormat
import Spec
import Testing

@Suite
struct RowTests {
  static let losses = LossRow(
    step: 7, epoch: 2, images: 448, columns: ["d_loss", "g_loss", "d_real", "k"],
    means: ["d_loss": 1.25, "g_loss": .infinity, "k": 0.5])
  static let timing = TimingRow(step: 7, seconds: 1.25, imagesPerSecond: 980.5, waited: 0.125)
  static let metrics = MetricsRow(
    step: 7, epoch: 2, images: 448, metric: "modes", value: 24, samples: 2048, seed: 0,
    weights: "ema", settings: "within=3")

  @Test(arguments: ["\n", "\r\n"])
  func whatIsWrittenIsReadBack(_ lineEnd: String) {
    func bytes(_ texts: String...) -> [UInt8] {
      Array(texts.joined().replacing("\n", with: lineEnd).utf8)
    }
    #expect(
      LossRow.rows(of: bytes(LossRow.header(Self.losses.columns), Self.losses.csv))
        == [Self.losses])
    #expect(TimingRow.rows(of: bytes(TimingRow.header, Self.timing.csv)) == [Self.timing])
    #expect(MetricsRow.rows(of: bytes(MetricsRow.header, Self.metrics.csv)) == [Self.metrics])
  }

  @Test
  func aRowThatIsStillBeingWrittenIsNoneAndNeitherIsOneWithACellTooFew() {
    let header = LossRow.header(Self.losses.columns)
    let row = LossRow(step: 1, epoch: 1, images: 64, columns: Self.losses.columns, means: [:])
    for text in [header + row.csv.dropLast(), header + row.csv.dropLast(2) + "\n", "", "\n"] {
      #expect(LossRow.rows(of: Array(text.utf8)).isEmpty, "\(text)")
    }
  }

  @Test
  func aStatusIsReadAsItWasSaid() throws {
    let status = RunStatus(.failed, step: 3, steps: 9, epoch: 1, reason: "no room", cause: "disk")
      .said(by: .current(), started: Moment(seconds: 0), at: Moment(seconds: 86_399))
    let read = RunStatus(try JSON(parsing: status.json.fileBytes))
    #expect(read == status)
    #expect(read.state == .failed)
    #expect(read.duration == 86_399)
    let running = RunStatus(
      .running, step: 3, steps: 9, epoch: 1,
      losses: [.init(name: "d_loss", value: 0.5), .init(name: "g_loss", value: -2)])
    #expect(RunStatus(try JSON(parsing: running.json.fileBytes)).losses == running.losses)
  }

  @Test
  func aMomentIsWrittenInThreeForms() {
    let moment = Moment(seconds: 1_795_834_388)
    #expect(moment.iso == "2026-11-28T02:53:08Z")
    #expect(Moment(moment.iso) == moment)
    #expect(moment.short == "2026-11-28 02:53")
    #expect(moment.compact == "20261128T0253")
  }
}
