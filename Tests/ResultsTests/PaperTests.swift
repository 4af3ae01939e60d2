import Foundation
import Testing

@testable import Results

/// What goes into papers and notebooks.
@Suite struct PaperTests {
  private let runs = SampleRuns()

  private func latex(_ objective: String?) -> String {
    for (index, (loss, metric)) in [("hinge", 3.0), ("cross_entropy", 1.5)].enumerated() {
      for seed in [1, 2] {
        runs.add(
          .init(
            id: "2026112\(index)T0253-aaaa\(seed)\(seed)", seed: seed, loss: loss,
            objective: objective, metric: metric + Double(seed) / 10, pictures: false))
      }
    }
    let scan = RunScan([runs.path], reader: SampleRuns.reader)
    let comparison = Comparison(LoadedRun.load(scan.runs), measures: ["d_loss", "modes"])
    return comparison.latex(comparison.table(namesAreWhole: true))
  }

  @Test func aTableForAPaperHasTheRulesOfBooktabsAndTheBestOfTheObjectiveBold() {
    #expect(
      latex("minimize") == """
        % \\usepackage{booktabs}
        \\begin{tabular}{lrlrr}
        \\toprule
        run & runs & loss.kind & d\\_loss & modes \\\\
        \\midrule
        20261121T0253-aaaa11 & 2 & cross\\_entropy & $0.70000 \\pm 0.00000$ (2) & $\\mathbf{1.650 \\pm 0.071}$ (2) \\\\
        20261120T0253-aaaa11 & 2 & hinge & $0.70000 \\pm 0.00000$ (2) & $3.150 \\pm 0.071$ (2) \\\\
        \\bottomrule
        \\end{tabular}

        """)
    #expect(latex("maximize").contains("$\\mathbf{3.150 \\pm 0.071}$ (2)"))
    #expect(!latex(nil).contains("mathbf"))
  }

  @Test(arguments: [
    ("a_b & 50% of $x$ #1", "a\\_b \\& 50\\% of \\$x\\$ \\#1"),
    ("\\input{/etc/passwd}", "\\textbackslash{}input\\{/etc/passwd\\}"),
    (
      "[2] ~^<>|",
      "{[}2{]} \\textasciitilde{}\\textasciicircum{}\\textless{}\\textgreater{}\\textbar{}"
    ),
    ("−1 ± 2 × 3 Δ", "$-$1 $\\pm$ 2 $\\times$ 3 $\\Delta$"), ("two\nlines*", "two lines{*}"),
    ("a \"b\" `c'", "a {\\char34}b{\\char34} {`}c{'}"), ("\u{1B}[0m", "{[}0m"), ("über", "über"),
  ])
  func whateverItIsNamedInLaTeXItIsText(_ text: String, _ escaped: String) {
    #expect(text.latexEscaped == escaped)
  }

  @Test func numbersAreInMathMode() {
    let table = Table(
      columns: [.init("x", isNumeric: true), .init("t")],
      rows: [
        [.number(-1.5e-7), .setting("1e-3")], [.setting("2e-4"), .missing],
        [.difference(0.25), .text("–")], [.setting("-3"), .text("a")],
        [.init(Statistic([1.1e-10, 2.1e-10, 3.1e-10])), .missing],
        [.init(Statistic([2e9, 2e9])), .missing], [.number(.nan), .missing],
        [.number(-.infinity), .text("nan")],
      ])
    let lines = table.latex(bold: [[4, 0]]).split(separator: "\n").dropFirst(5).prefix(8)
    #expect(
      Array(lines) == [
        "$-1.500 \\times 10^{-7}$ & 1e-3 \\\\", "$2 \\times 10^{-4}$ & -- \\\\",
        "$+0.2500$ & -- \\\\", "$-3$ & a \\\\",
        "$\\mathbf{2.100 \\times 10^{-10} \\pm 1.0 \\times 10^{-10}}$ (3) & -- \\\\",
        "$2.000 \\times 10^{9} \\pm 0$ (2) & -- \\\\", "$\\mathrm{nan}$ & -- \\\\",
        "$-\\infty$ & nan \\\\",
      ])
  }

  @Test func everythingMeasuredIsOneTableARowAStepAColumnAMetric() throws {
    runs.add(.init(id: "20261121T0253-aaaaaa", step: 1000, rows: 2, metric: 7, pictures: false))
    runs.add(.init(id: "20261121T0254-bbbbbb", latent: 8, step: 500, rows: 1, pictures: false))
    let scan = RunScan([runs.path], reader: SampleRuns.reader)
    let metrics = MetricsTable(scan.runs, keys: ["latent.size"], losses: false)
    #expect(
      metrics.table.csv == """
        run,latent.size,step,modes
        20261121T0253-aaaaaa,64,500,3
        20261121T0253-aaaaaa,64,1000,7

        """)
    #expect(metrics.notes == ["\(runs.path)/gan/20261121T0254-bbbbbb: nothing was measured"])
    let all = MetricsTable(scan.runs, keys: [], losses: true)
    #expect(all.notes.isEmpty)
    #expect(all.table.rows.count == 3)
    let titles = all.table.columns.map(\.title)
    #expect(titles.prefix(4) == ["run", "step", "epoch", "images"] && titles.last == "modes")
    #expect(Set(titles).count == titles.count)
    #expect(all.table.rows[2].last == .missing)
  }
}
