import Charts
import Spec

extension Report {
  /// The whole file.
  package var html: String {
    PageText.page.filled([
      "title": title.markupEscaped, "palette": PageText.palette, "style": PageText.style.whole,
      "lead": lead.markupEscaped, "contents": contents,
      "sections": [
        factsSection, tableSection, curvesSection, samplesSection, settingsSection, specSection,
        notesSection,
      ].joined(),
      "data": data.insideScript,
      "script": (PageText.scripts + [PageText.reportScript]).map(\.whole)
        .joined(separator: "\n"),
    ])
  }

  private var isAlone: Bool { comparison.rows.count == 1 }
  private var hasCurves: Bool { details.contains { !$0.curves.isEmpty } }
  private var hasPictures: Bool { details.contains { !$0.pictures.isEmpty } }
  private var hasSettings: Bool {
    !comparison.keys.isEmpty && comparison.rows.count > 1 && !comparison.measures.isEmpty
  }

  private var lead: String {
    let runs = comparison.rows.map(\.runs.count).reduce(0, +)
    if isAlone, let detail = details.first, runs == 1 {
      return detail.facts.first { $0.name == "state" }?.text ?? ""
    }
    let states = Comparison.states(comparison.rows.flatMap { $0.runs.map(\.run.state) })
    var text = "\(runs) run\(runs == 1 ? "" : "s")"
    let specs = comparison.rows.count
    if runs > specs { text += " of \(specs) spec\(specs == 1 ? "" : "s")" }
    return text + ": " + states
  }

  private var contents: String {
    let links = [
      ("table", "Runs", !isAlone), ("curves", "Curves", hasCurves),
      ("samples", "Samples", hasPictures), ("settings", "Settings", hasSettings),
      ("spec", "Spec", !details.isEmpty),
    ].filter(\.2).map { "<a href=\"#\($0.0)\">\($0.1)</a>" }
    return links.count > 1 ? "<nav>\(links.joined())</nav>" : ""
  }

  private func section(_ id: String, _ heading: String, _ body: String) -> String {
    "<section id=\"\(id)\"><h2>\(heading)</h2>\n\(body)</section>\n"
  }

  private var factsSection: String {
    guard isAlone, let facts = details.first?.facts else { return "" }
    let items = facts.filter { $0.name != "state" }.map {
      "<div><dt>\($0.name.markupEscaped)</dt><dd>\($0.text.markupEscaped)</dd></div>"
    }
    return
      "<section id=\"facts\"><dl class=\"facts\">\(items.joined(separator: "\n"))</dl></section>\n"
  }

  private var tableSection: String {
    guard !isAlone else { return "" }
    let what = "Values: \(comparison.value.title)"
    let spread =
      comparison.rows.contains { $0.runs.count > 1 }
      ? "; mean ± standard deviation (number of seeds)" : ""
    let delta =
      comparison.baseline.map {
        "; Δ to \(comparison.rows[$0].label.markupEscaped)"
      } ?? ""
    let best =
      objective.map {
        comparison.measures.contains($0.metric) ? "Bold: best \($0.metric.markupEscaped). " : ""
      } ?? ""
    return section(
      "table", "Runs",
      "<p class=\"hint\">\(what)\(spread)\(delta). \(best)Click a heading to sort.</p>\n"
        + "<div class=\"scroll\">\(comparison.table.html)</div>\n")
  }

  private var curvesSection: String {
    guard hasCurves else { return "" }
    return section("curves", "Curves", PageText.curves.whole)
  }

  private var samplesSection: String {
    guard hasPictures else { return "" }
    return section("samples", "Samples", PageText.samples.whole)
  }

  private var settingsSection: String {
    guard hasSettings else { return "" }
    return section("settings", "What the settings do", PageText.settings.whole)
  }

  private var specSection: String {
    guard !details.isEmpty else { return "" }
    var text = ""
    if details.count > 1 {
      let options = details.enumerated().map {
        "<option value=\"\($0)\">\($1.title.markupEscaped)</option>"
      }
      text += "<div class=\"controls\"><label>run <select id=\"which\">\(options.joined())"
      text += "</select></label></div>\n"
    }
    for (index, detail) in details.enumerated() {
      text += "<div class=\"detail\"\(index == 0 ? "" : " hidden")>\n"
      let spec = Table(
        columns: [.init("key"), .init("value"), .init("from")],
        rows: detail.spec.map { [.text($0.key), .text($0.text), .text($0.origin)] })
      let environment = Table(
        columns: [.init("environment"), .init("")],
        rows: detail.environment.map { [.text($0.key), .text($0.text)] })
      text += "<div class=\"scroll spec\">\(spec.html)</div>\n"
      text += "<h3>Environment</h3><div class=\"scroll spec\">\(environment.html)</div></div>\n"
    }
    return section("spec", "Spec and environment", text)
  }

  private var notesSection: String {
    var lines = notes
    if comparison.rows.count > Self.detailLimit {
      lines.append(
        "Curves, samples and specs are those of the first \(Self.detailLimit) rows of "
          + "\(comparison.rows.count).")
    }
    guard !lines.isEmpty else { return "" }
    let items = lines.map { "<li>\($0.markupEscaped)</li>" }.joined(separator: "\n")
    return section("notes", "Not shown", "<ul>\(items)</ul>\n")
  }
}
