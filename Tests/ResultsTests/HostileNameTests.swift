import Charts
import Foundation
import RunFormat
import Spec
import Testing

@testable import Results

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Whatever a run, a description, a path or a warning is called, it is text wherever it stands.
struct HostileNameTests {
  let samples = SampleRuns()

  /// As names that a spec may have, and more.
  static let names = [
    "a <!-- b", "</script><script>alert(1)</script>", "<!--<script>", "]]>", "--></title>",
    "\"\u{301} onload=alert(1) x=\"", "a\u{2028}b\u{2029}c", "{{data}}", "=cmd()", "@last", "-5x",
    "+x",
    "a|b`c`", "#12", "[x](http://y.z)", "it's & so: on", "🎲", "\\", "$x$", "&lt;", "'", "a, \"b\"",
  ]

  private func comparison(_ name: String) -> [LoadedRun] {
    let quoted = JSON.text(name).text
    for (index, seed) in [1, 2].enumerated() {
      var shape = SampleRuns.Shape(id: "20261121T020\(index)-aaaaaa", seed: seed)
      (shape.rows, shape.latent) = (3, 8 + index)
      let path = samples.add(shape, in: "runs/\(index)")
      for file in ["resolved.yaml", "spec.yaml"] {
        let text = (try? String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)) ?? ""
        samples.write(
          "\(path)/\(file)",
          text.replacing("name: gan", with: "name: \(quoted)")
            .replacing("description: none", with: "description: \(quoted)"))
      }
    }
    return LoadedRun.load(RunScan([samples.path], reader: SampleRuns.reader).runs)
  }

  @Test(arguments: names)
  func aNameIsTextInEveryForm(_ name: String) throws {
    let runs = comparison(name)
    #expect(runs.map(\.run.name) == [name, name])
    let html = Report(title: name, runs: runs, notes: ["\(name): a warning"]).html
    // The page has its two scripts, and the data are what they were.
    #expect(html.components(separatedBy: "<script").count == 3)
    #expect(html.components(separatedBy: "</script").count == 3)
    #expect(!html.contains("<!--"))
    let start = try #require(html.firstRange(of: "id=\"data\">"))
    let end = try #require(html[start.upperBound...].firstRange(of: "</script>"))
    let data = try #require(
      try JSONSerialization.jsonObject(with: Data(html[start.upperBound..<end.lowerBound].utf8))
        as? [String: Any])
    let rows = try #require(data["rows"] as? [[String: Any]])
    #expect(rows.count == 2)
    #expect(html.contains("<title>\(name.markupEscaped)</title>"))

    let svg = Comparison(runs).curves(title: name).svg
    #expect(xmlTitle(svg) == name)
  }

  @Test(arguments: names)
  func aCellIsOneCell(_ name: String) {
    let table = Table(columns: [.init("run"), .init("x")], rows: [[.text(name), .count(1)]])
    let markdown = table.markdown.split(separator: "\n")
    #expect(markdown.count == 3)
    // Bars that are not escaped are those of the table.
    #expect(
      markdown[2].replacing("\\\\", with: "").replacing("\\|", with: "").count { $0 == "|" } == 3)
    let csv = table.csv
    let first = csv.dropFirst("run,x\n".count).first
    #expect(!"=+-@".contains(first ?? "x"))
    #expect(csv.hasSuffix(",1\n"))
  }

  struct CellCase: Sendable, CustomTestStringConvertible {
    let text: String
    let csv: String
    let markdown: String
    var testDescription: String { text.debugDescription }
  }

  @Test(arguments: [
    CellCase(text: "plain_name", csv: "plain_name", markdown: "plain_name"),
    CellCase(text: "-0.5", csv: "-0.5", markdown: "-0.5"),
    CellCase(text: "+1e-3", csv: "+1e-3", markdown: "+1e-3"),
    CellCase(text: "-inf", csv: "-inf", markdown: "-inf"),
    CellCase(text: "=1+1", csv: "'=1+1", markdown: "=1+1"),
    CellCase(text: "-a,b", csv: "\"'-a,b\"", markdown: "-a,b"),
    CellCase(text: "@x", csv: "'@x", markdown: "\\@x"),
    CellCase(text: "\tx", csv: "'\tx", markdown: "\tx"),
    CellCase(text: "a\r\nb", csv: "\"a\r\nb\"", markdown: "a b"),
    CellCase(text: "say \"\u{301}x", csv: "\"say \"\"\u{301}x\"", markdown: "say \"\u{301}x"),
    CellCase(text: "_a_ *b*", csv: "_a_ *b*", markdown: "\\_a\\_ \\*b\\*"),
    CellCase(text: "# http://x", csv: "# http://x", markdown: "\\# http\\://x"),
    CellCase(text: "<b>&", csv: "<b>&", markdown: "\\<b>\\&"),
  ])
  func aCellHasTheMarksOfItsLanguageTakenFromIt(_ test: CellCase) {
    #expect(test.text.csvCell == test.csv)
    #expect(test.text.markdownCell == test.markdown)
  }

  @Test(arguments: [
    ("16", "16"), ("2e-4", "0.0002"), ("-0.5", "-0.5"), ("true", "true"), ("null", "null"),
    ("[0.5, 0.999]", "[0.5, 0.999]"), ("hinge", "\"hinge\""), ("[relu]", "\"[relu]\""),
    // Neither the words for what is not finite nor digests are numbers.
    ("nan", "\"nan\""), ("inf", "\"inf\""), ("007", "\"007\""), ("0x10", "\"0x10\""),
    ("12345678901234567890123", "\"12345678901234567890123\""), ("1 000", "\"1 000\""),
    ("", "\"\""),
  ])
  func aSettingIsANumberInJSONIfItReadsAsOne(_ text: String, _ json: String) {
    #expect(JSON(setting: text).text == json)
  }
}

/// The title of an SVG picture, as a reader of XML takes it; nil for one that it does not take.
private func xmlTitle(_ svg: String) -> String? {
  final class Reader: NSObject, XMLParserDelegate {
    var title: String?
    var isInside = false
    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      isInside = name == "title"
    }
    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if isInside { title = (title ?? "") + text }
    }
    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      isInside = false
    }
  }
  let reader = Reader()
  let parser = XMLParser(data: Data(svg.utf8))
  parser.delegate = reader
  return parser.parse() ? reader.title : nil
}
