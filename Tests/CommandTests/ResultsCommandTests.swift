import Foundation
import Testing

@Suite
struct ResultsCommandTests {
  /// Two runs that differ in a number, and a foreign folder between them.
  private func twoRuns() throws -> (place: Place, old: String, new: String) {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "1 epochs"
    try place.write("tiny.yaml", spec.yaml)
    let runs = try ["1e-3", "2e-3"].map { rate in
      let result = try place.run(
        "run", "tiny.yaml", "-q", "--threads", "1", "--set", "optimizer.learning_rate=\(rate)")
      return try #require(result.lines.first)
    }
    try place.makeFolder("results/foreign/folder")
    return (place, runs[0], runs[1])
  }

  private func id(_ directory: String) -> String {
    directory.split(separator: "/").last.map(String.init) ?? directory
  }

  /// What it is called where runs are listed.
  private func short(_ directory: String) -> String {
    id(directory).split(separator: "-").dropFirst().joined(separator: "-")
  }

  @Test
  func theyReadWhatRunHasLeftAndChangeNoneOfIt() throws {
    let (place, old, new) = try twoRuns()
    let before = try place.names(in: "results")
    for word in ["ls", "list"] {
      let list = try place.run(word)
      #expect(list.end == .exit(0))
      #expect(list.lines.count == 3)
      for (run, rate) in [(old, "0.001"), (new, "0.002")] {
        #expect(
          list.lines.contains {
            $0.hasPrefix("\(short(run)) ") && $0.contains("finished")
              && $0.contains("learning_rate=\(rate)")
          }, "\(list.output)")
      }
    }
    #expect(try place.run("ls", "--where", "optimizer.learning_rate > 0.0015").lines.count == 2)
    // As compare calls it, of several experiments.
    #expect(
      try place.run("ls", "--where", "experiment == \"tiny\"", "--cols", "experiment,id").lines
        .count
        == place.run("ls").lines.count)
    let rows = try JSONSerialization.jsonObject(with: Data(place.run("ls", "--json").output.utf8))
    #expect((rows as? [[String: Any]])?.count == 2)

    let show = try place.run("show", old)
    #expect(show.end == .exit(0))
    #expect(show.output.contains(old))
    #expect(show.output.contains(/optimizer\.learning_rate +0\.001 +--set\n/))
    #expect(try object(place.run("show", "--json", id(new)).output)["id"] as? String == id(new))

    let compare = try place.run("compare", "--csv")
    #expect(compare.end == .exit(0))
    #expect(compare.lines.count == 3)
    #expect(compare.lines.first?.contains("learning_rate") == true)

    #expect(try place.run("diff", old, old).end == .exit(0))
    let diff = try place.run("diff", old, new)
    #expect(diff.end == .exit(1))
    #expect(diff.output.contains(/learning_rate.*0\.001.*0\.002/))
    #expect(try place.names(in: "results") == before)
  }

  @Test
  func picturesCurvesAndReportsGoWhereTheyAreAskedToButNeverIntoARun() throws {
    let (place, old, _) = try twoRuns()
    let before = try place.names(in: "results")
    let compare = try place.run("compare", "--grids", "out/a/g.png", "--curves", "out/b/c.svg")
    #expect(compare.end == .exit(0), "\(compare.errors)")
    #expect(try isPicture(place.bytes("out/a/g.png")))
    #expect(try place.text("out/b/c.svg").hasPrefix("<svg"))
    let report = try place.run("report", "--to", "out/report.html")
    #expect(report.output == "out/report.html\n")
    #expect(try place.text("out/report.html").hasPrefix("<!doctype html>"))

    let inside = try place.run("report", "--to", "\(old)/report.html")
    #expect(inside.end == .exit(2))
    #expect(inside.errors.contains("where only its own files belong"))
    let refused = try place.run("report", "--to", "tiny.yaml/report.html")
    #expect(refused.end == .exit(4))
    #expect(
      refused.errors == """
        note: results/foreign: there is no run in here
        error: tiny.yaml: cannot create the folder: a file of that name is there

        """)
    #expect(try place.names(in: "results") == before)
  }

  @Test
  func whatARunIsCalledInAListIsTakenWhereverARunIsNamed() throws {
    let (place, old, new) = try twoRuns()
    let list = try place.run("ls", "--cols", "id,path")
    let names = list.lines.dropFirst().compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    #expect(Set(names) == [short(old), short(new)])
    let reads = [
      ["show"], ["ls"], ["compare"], ["sample", "--to", "a.png"], ["animate", "--to", "b.png"],
      ["report", "--to", "r.html"], ["resume"],
    ]
    for name in names {
      for words in reads {
        let result = try place.start([words[0], name] + words.dropFirst()).finish()
        #expect(result.end == .exit(0), "\(words) \(name): \(result.errors)")
      }
      #expect(try place.run("diff", name, name).end == .exit(0))
      #expect(try place.run("rm", "-y", name).end == .exit(0))
    }
    #expect(!place.exists(old) && !place.exists(new))
  }

  @Test
  func tablesKeepToCOLUMNSAndWhatHasNoRoomIsSaid() throws {
    let (place, _, _) = try twoRuns()
    #expect(try place.run("ls").errors == "note: results/foreign: there is no run in here\n")
    place.environment = ["COLUMNS": "60"]
    let narrow = try place.run("ls")
    #expect(narrow.lines.allSatisfy { $0.count <= 60 }, "\(narrow.output)")
    #expect(narrow.errors.contains(/no room for .*time: --cols chooses columns/))
    #expect(try place.run("compare").lines.allSatisfy { $0.count <= 60 })
  }

  @Test
  func columnsAreChosenAndAnUnknownOneIsRefusedWithTheNearest() throws {
    let (place, old, _) = try twoRuns()
    let list = try place.run("ls", "--cols", "d_loss,learning_rate,id")
    #expect(list.lines.first?.split(separator: " ") == ["d_loss", "learning_rate", "id"])
    #expect(list.lines.count == 3)
    for command in ["ls", "compare"] {
      let wrong = try place.run(command, "--cols", "runn,g_los")
      #expect(wrong.end == .exit(2), "\(wrong.output)")
      #expect(wrong.errors.contains("--cols: no run here has `"))
    }
    let compare = try place.run("compare", "--cols", "g_loss,run", "--csv")
    #expect(compare.lines.first == "g_loss,run")
    #expect(compare.output.contains(id(old)))
    let rows = try JSONSerialization.jsonObject(with: Data(place.run("ls", "--json").output.utf8))
    let first = try #require((rows as? [[String: Any]])?.first)
    #expect((first["settings"] as? [String: Any])?["latent.size"] as? Int == 4)
    let rates = (rows as? [[String: Any]])?.compactMap {
      ($0["set"] as? [String: Any])?["optimizer.learning_rate"] as? Double
    }
    #expect(rates.map(Set.init) == [0.001, 0.002])
    #expect((first["started"] as? String)?.hasSuffix("Z") == true)
  }

  @Test
  func rmRemovesARunWhenToldToAndAsksFirst() throws {
    let (place, old, new) = try twoRuns()
    let asked = try place.run("rm", old)
    #expect(asked.end == .exit(2))
    let words = asked.errors.replacing(/, [\d.]+ [kM]B\)/, with: ", SIZE)")
    #expect(
      words
        == "error: \(old) (tiny, finished, step 4/4, SIZE): --yes is needed where nobody can be asked\n"
    )
    #expect(place.exists("\(old)/losses.csv"))
    let removed = try place.run("rm", "--yes", id(old))
    #expect(removed.end == .exit(0))
    #expect(removed.output == "\(old)\n")
    #expect(try !place.names(in: "results").contains { $0.contains(id(old)) })
    #expect(place.exists("\(new)/losses.csv"))
  }
}
