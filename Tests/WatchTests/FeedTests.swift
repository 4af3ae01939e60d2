import Foundation
import Results
import RunFormat
import Testing

@testable import Watch

struct FeedTests {
  let folder = Folder()

  private func feed() -> Feed {
    Feed([folder.path], title: "results", interval: .zero) { Folder.reader }
  }

  /// What a message says, as Foundation reads it.
  private func parsed(_ text: String?) throws -> [String: Any] {
    let bytes = Data(try #require(text).utf8)
    return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }

  private func rows(_ message: [String: Any]) -> [[String: Any]] {
    message["rows"] as? [[String: Any]] ?? []
  }

  @Test func theFirstMessageHasEverythingAndTheNextOnlyWhatIsNew() async throws {
    folder.addRun()
    let feed = feed()
    let first = await feed.message(of: Feed.everything, after: Feed.Sent())
    let whole = try parsed(first.text)
    #expect(whole["full"] as? Bool == true)
    let row = try #require(rows(whole).first)
    #expect(row["state"] as? String == "running" && row["step"] as? Int == 300)
    // 700 steps at 200 in 10 seconds.
    #expect(row["left"] as? Int == 35 && row["done"] as? Double == 0.3)

    let second = await feed.message(of: Feed.everything, after: first.sent)
    #expect(second.text == nil)

    try folder.append("gan/20261121T0253-9f3a2c/losses.csv", Folder.row(400, 0.25))
    let third = await feed.message(of: Feed.everything, after: second.sent)
    let change = try parsed(third.text)
    #expect(change["full"] as? Bool == false && change["layout"] == nil)
    #expect(rows(change).first?["step"] as? Int == 400)
    let details = try #require(change["details"] as? [[String: Any]])
    let curves = try #require(details.first?["curves"] as? [String: [String: Any]])
    #expect(curves["d_loss"]?["from"] as? Int == 2)
    #expect(curves["d_loss"]?["x"] as? [Double] == [300, 400])
    #expect(details.first?["pictures"] == nil)
  }

  @Test func aRunThatBeginsAppearsAndOneThatIsRemovedIsNamed() async throws {
    folder.addRun()
    let feed = feed()
    var sent = await feed.message(of: Feed.everything, after: Feed.Sent()).sent
    folder.addRun("gan/20261121T0400-bbbbbb", state: "finished", step: 1000)
    let added = await feed.message(of: Feed.everything, after: sent)
    sent = added.sent
    let new = rows(try parsed(added.text))
    #expect(new.map { $0["id"] as? String } == ["20261121T0400-bbbbbb"])
    try folder.remove("gan/20261121T0400-bbbbbb")
    let removed = await feed.message(of: Feed.everything, after: sent)
    #expect(
      try parsed(removed.text)["removed"] as? [String] == new.compactMap { $0["key"] as? String })
    let key = try #require(new.first?["key"] as? String)
    let gone = await feed.message(of: key, after: Feed.Sent())
    #expect(try parsed(gone.text)["gone"] as? Bool == true)
  }

  @Test func aNewGridIsTold() async throws {
    folder.addRun()
    let feed = feed()
    let sent = await feed.message(of: Feed.everything, after: Feed.Sent()).sent
    folder.write("gan/20261121T0253-9f3a2c/samples/step-00000200.png", Folder.picture)
    let message = try parsed(await feed.message(of: Feed.everything, after: sent).text)
    let details = try #require(message["details"] as? [[String: Any]])
    let pictures = try #require(details.first?["pictures"] as? [[String: Any]])
    #expect(pictures.map { $0["step"] as? Int } == [100, 200])
  }

  @Test func aSweepIsOneRowAndItsPageHasARowATrialAndTheBestSoFar() async throws {
    let sweep = "gan/20261121T0300-aaaaaa"
    let trials = folder.addSweep(sweep)
    folder.addRun("\(sweep)/trials/\(trials[0])", state: "finished", step: 1000, metric: 5)
    folder.addRun("\(sweep)/trials/\(trials[1])", metric: 7)
    let feed = feed()
    let all = try parsed(await feed.message(of: Feed.everything, after: Feed.Sent()).text)
    let row = try #require(rows(all).first)
    #expect(rows(all).count == 1 && row["words"] as? String == "1 running, 1 pending, 1 finished")
    #expect((row["best"] as? [Any])?.last as? Double == 8)
    // A finished one and three tenths, of three.
    #expect(row["done"] as? Double == 0.4333)

    let key = try #require(row["key"] as? String)
    let page = try parsed(await feed.message(of: key, after: Feed.Sent()).text)
    let lines = rows(page)
    #expect(lines.map { $0["state"] as? String } == ["finished", "running", "pending"])
    #expect(lines.map { $0["name"] as? String } == ["latent 8", "latent 16", "latent 32"])
    #expect(lines.map { ($0["settings"] as? [Double])?.first } == [8, 16, 32])
    #expect(lines.map { $0["score"] as? Double } == [6, 8, nil])
    let view = try #require(page["view"] as? [String: Any])
    #expect((view["best"] as? [Any])?.last as? String == "latent 16")
  }

  @Test func howLongASweepTakesIsForeseenFromTheFirstTrialOn() async throws {
    let sweep = "gan/20261121T0300-aaaaaa"
    let trials = folder.addSweep(sweep)
    folder.addRun("\(sweep)/trials/\(trials[0])")
    let row = try #require(
      rows(try parsed(await feed().message(of: Feed.everything, after: Feed.Sent()).text)).first)
    // Seven tenths of it take 35 s more, whatever its status said of its time when it was last written; two are to come.
    #expect(row["left"] as? Int == 135)
  }

  @Test func aTrialThatASearchAddsToThePlanIsARow() async throws {
    let sweep = "gan/20261121T0300-aaaaaa"
    let trials = folder.addSweep(sweep)
    folder.addRun("\(sweep)/trials/\(trials[0])")
    let feed = feed()
    _ = await feed.message(of: Feed.everything, after: Feed.Sent())
    let key = try #require(await feed.key(of: "\(folder.path)/\(sweep)"))
    let sent = await feed.message(of: key, after: Feed.Sent()).sent
    let further = PlannedTrial(
      index: 3, point: .init(settings: [.init(path: "latent.size", text: "64")], replicate: 0),
      seed: 1, specDigest: "digest", dataDigest: "data", numericsVersion: 3)
    try folder.append("\(sweep)/plan.jsonl", further.json.compact + "\n" + "{\"index\": 4")
    let message = try parsed(await feed.message(of: key, after: sent).text)
    #expect(rows(message).contains { $0["name"] as? String == "latent 64" })
    #expect((message["notes"] as? [String] ?? []).isEmpty)
  }

  @Test func aLinkToAFolderElsewhereIsNotFollowedAndSaid() async throws {
    let other = Folder()
    other.addRun("outside")
    folder.addRun()
    try folder.link("elsewhere", to: "\(other.path)/outside")
    let message = try parsed(await feed().message(of: Feed.everything, after: Feed.Sent()).text)
    #expect(rows(message).count == 1)
    #expect((message["notes"] as? [String])?.first?.contains("elsewhere: a link") == true)
  }

  @Test func onlyPicturesOfARunAreGivenAndNoneThatLeadOut() async throws {
    let other = Folder()
    other.write("secret.png", Folder.picture)
    folder.addRun()
    let samples = "gan/20261121T0253-9f3a2c/samples"
    try folder.link("\(samples)/link.png", to: "\(other.path)/secret.png")
    let feed = feed()
    await feed.look()
    let key = try #require(await feed.key(of: "\(folder.path)/gan/20261121T0253-9f3a2c"))
    #expect(await feed.picture(key, "step-00000100.png") != nil)
    for name in ["link.png", "../status.json", "../../../x.png", "none.png", ""] {
      #expect(await feed.picture(key, name) == nil, "\(name)")
    }
    #expect(await feed.picture("r0", "step-00000100.png") == nil)
  }

  @Test func ofManyRunsOnlyAFewHaveCurvesAndThoseThatRunAreAmongThem() async throws {
    for index in 10..<50 {
      folder.addRun("gan/20261121T02\(index)-aaaaaa", state: index == 30 ? "running" : "finished")
    }
    let message = try parsed(await feed().message(of: Feed.everything, after: Feed.Sent()).text)
    #expect(rows(message).count == 40)
    let details = try #require(message["details"] as? [[String: Any]])
    #expect(details.count == Feed.detailLimit)
    let running = rows(message).first { $0["state"] as? String == "running" }
    #expect(details.first?["key"] as? String == running?["key"] as? String)
  }

  @Test func nothingIsWritten() async throws {
    folder.addRun()
    func listing() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().map { name in
        let facts = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
        return "\(name) \(facts[.size] ?? "") \(facts[.modificationDate] ?? "")"
      }
    }
    let before = try listing()
    let feed = feed()
    _ = await feed.message(of: Feed.everything, after: Feed.Sent())
    #expect(try listing() == before)
  }
}
