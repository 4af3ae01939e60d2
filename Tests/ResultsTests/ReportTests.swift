import Foundation
import Testing

@testable import Results

struct ReportTests {
  let samples = SampleRuns()

  private func report() -> Report {
    for (index, loss) in ["cross_entropy", "least_squares", "hinge"].enumerated() {
      var shape = SampleRuns.Shape()
      shape.id = "20261121T0\(index)00-aaaaaa"
      shape.started = "2026-11-21T0\(index):00:00Z"
      (shape.loss, shape.latent) = (loss, [100, 16, 64][index])
      (shape.objective, shape.metric) = ("maximize", [5.0, 8.0, 3.0][index])
      (shape.rows, shape.finalLoss) = (100, [0.5, 1.25, 10][index])
      samples.add(shape)
    }
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    return Report(
      title: "three <losses>", runs: LoadedRun.load(scan.runs), notes: ["a </script> note"])
  }

  @Test func aReportIsOneFileWithoutALinkOutside() {
    let html = report().html
    for word in ["http://", "https://", "src=\"/", "@import", "url(/"] {
      let rest = html.replacing("http://www.w3.org/2000/svg", with: "")
      #expect(!rest.contains(word), "\(word)")
    }
    #expect(html.contains("three &lt;losses&gt;"))
    #expect(html.contains("a &lt;/script&gt; note"))
    #expect(html.components(separatedBy: "</script>").count == 3)
    #expect(html.contains("prefers-color-scheme: dark"))
    #expect(html.contains("name=\"viewport\""))
  }

  @Test func theDataOfAReportAreJSONWithEveryRowCurveAndPicture() throws {
    let report = report()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(report.data.text.utf8)) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.count == 3)
    #expect(object["keys"] as? [String] == ["latent.size", "loss.kind"])
    #expect(object["objective"] as? String == "modes")
    let curves = try #require(rows[0]["curves"] as? [String: [String: [Double]]])
    #expect(curves["g_loss"]?["x"]?.count == 100)
    #expect((rows[0]["pictures"] as? [Any])?.count == 2)
  }

  @Test func aReportOnOneRunHasItsFactsInsteadOfATable() {
    let run = LoadedRun(Run(samples.add(SampleRuns.Shape()), reader: SampleRuns.reader))
    let html = Report(title: "one", runs: [run]).html
    #expect(html.contains("class=\"facts\"") && !html.contains("id=\"table\""))
    #expect(html.contains("<td>spec.yaml:4</td>") && html.contains("machine.processor"))
  }

  @Test func aReportOnNothingIsStillAPage() {
    #expect(Report(title: "none", runs: []).html.contains("0 runs"))
  }

  /// What a person would do, done by a script behind the page; the answers are left in the page.
  private static let probe = #"""
    <script>
    const answers = {};
    const column = name => [...document.querySelectorAll('#table th')]
      .findIndex(head => head.textContent.trim() === name);
    const cells = name => [...document.querySelectorAll('#table tbody tr')]
      .map(line => line.cells[column(name)].textContent.trim()).join(' ');
    const press = name => document.querySelectorAll('#table th')[column(name)].querySelector('button').click();
    press('d_loss'); answers.ascending = cells('d_loss');
    press('d_loss'); answers.descending = cells('d_loss');
    press('loss.kind'); answers.words = cells('loss.kind');
    answers.best = document.querySelector('tr.best').cells[column('loss.kind')].textContent;
    const image = document.querySelector('#pictures img');
    const before = image.src;
    const slider = document.getElementById('frame');
    slider.value = 0;
    slider.dispatchEvent(new Event('input'));
    answers.moved = String(image.src !== before && image.src.startsWith('data:image/png;base64,'));
    answers.step = document.getElementById('frame-value').textContent;
    answers.curves = String(document.querySelectorAll('#charts svg path.line').length);
    const line = () => [...document.querySelectorAll('#charts figure')]
      .find(figure => figure.querySelector('figcaption').textContent === 'd_loss')
      .querySelector('path.line').getAttribute('d');
    const path = line();
    const smooth = document.getElementById('smooth');
    smooth.value = 0.95;
    smooth.dispatchEvent(new Event('input'));
    answers.smoothed = String(line() !== path);
    const log = document.getElementById('log');
    const ticks = () => [...document.querySelectorAll('#charts svg text')].map(t => t.textContent).join(' ');
    const linear = ticks();
    log.checked = true;
    log.dispatchEvent(new Event('change'));
    answers.logarithmic = String(ticks() !== linear);
    const svg = document.querySelector('#charts svg');
    const box = svg.getBoundingClientRect();
    svg.dispatchEvent(new PointerEvent('pointermove',
      { clientX: box.left + box.width / 2, clientY: box.top + 50, bubbles: true }));
    answers.hover = String(!document.getElementById('tip').hidden
      && /step [0-9]/.test(document.getElementById('tip').textContent));
    answers.dots = String(document.querySelectorAll('#sensitivity circle').length);
    answers.threads = String(document.querySelectorAll('#parallel .thread').length);
    const which = document.getElementById('which');
    which.value = 2;
    which.dispatchEvent(new Event('change'));
    answers.spec = [...document.querySelectorAll('.detail')].map(d => d.hidden ? '-' : '+').join('');
    answers.wide = String(document.documentElement.scrollWidth <= innerWidth);
    const place = document.createElement('pre');
    place.id = 'answers';
    place.textContent = Object.entries(answers).map(([k, v]) => `${k}=${v}`).join('\n');
    document.body.append(place);
    </script>
    """#

  @Test(
    .enabled(
      if: Browser() != nil, "there is no chromium here (Debian: apt-get install chromium)"),
    arguments: ["1280,900", "500,900"])
  func inABrowserTheTableSortsTheSliderMovesThePicturesAndCurvesAnswerToTheirControls(
    _ window: String
  ) throws {
    let browser = try #require(Browser())
    let path = "\(samples.path)/report.html"
    samples.write(path, report().html + Self.probe)
    let page = try browser.page(path, window: window)
    let start = try #require(
      page.range(of: "<pre id=\"answers\">"), "the script of the page failed")
    let end = try #require(page[start.upperBound...].range(of: "</pre>"))
    let answers = page[start.upperBound..<end.lowerBound].split(separator: "\n").map(String.init)
    #expect(
      answers == [
        "ascending=0.5000 1.250 10", "descending=10 1.250 0.5000",
        "words=cross_entropy hinge least_squares", "best=least_squares", "moved=true", "step=500",
        "curves=9", "smoothed=true", "logarithmic=true", "hover=true", "dots=6", "threads=3",
        "spec=--+", "wide=true",
      ])
  }
}

extension ReportTests {
  /// Twelve rows by another order, the best of them last, with words that are long.
  @Test(
    .enabled(
      if: Browser() != nil, "there is no chromium here (Debian: apt-get install chromium)"))
  func theBestIsAmongTheCurvesThatAreDrawnAndNoLabelOfAnAxisIsCut() throws {
    let words = ["least_squares", "cross_entropy", "wasserstein", "a_loss_with_a_rather_long_name"]
    for index in 0..<12 {
      samples.add(
        SampleRuns.Shape(
          id: "20261121T01\(10 + index)-aaaa\(10 + index)", loss: words[index % 4],
          latent: 10 + index,
          objective: "maximize", metric: Double(index)))
    }
    let runs = LoadedRun.load(RunScan([samples.path], reader: SampleRuns.reader).runs)
    let path = "\(samples.path)/best.html"
    samples.write(
      path,
      Report(title: "best", runs: runs, sort: "latent.size").html + #"""
        <script>
        const place = document.createElement('pre');
        place.id = 'answers';
        const pressed = [...document.querySelectorAll('.chip')]
          .map(chip => chip.getAttribute('aria-pressed') === 'true' ? '+' : '-').join('');
        const cut = [...document.querySelectorAll('#settings svg')].flatMap(svg => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1
              || text.textContent.includes('…');
          }).map(text => text.textContent);
        });
        const said = [...document.querySelectorAll('#sensitivity text')].map(text => text.textContent).join('');
        place.textContent = `${pressed}\n${cut.length}\n${said.includes('least_squares')}`;
        document.body.append(place);
        </script>
        """#)
    let page = try #require(Browser()).page(path, window: "1280,900")
    let start = try #require(page.range(of: "<pre id=\"answers\">"), "the page's script failed")
    let end = try #require(page[start.upperBound...].range(of: "</pre>"))
    #expect(page[start.upperBound..<end.lowerBound] == "+++++++----+\n0\ntrue")
  }
}

/// Debian's Chromium without a window.
struct Browser {
  let program: String

  init?() {
    let found = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let found else { return nil }
    program = found
  }

  /// The page after its scripts have run.
  func page(_ path: String, window: String) throws -> String {
    let profile = path + ".profile"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = [
      "60", program, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(profile)",
      "--window-size=\(window)", "--dump-dom", "file://\(path)",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: profile)
    return String(decoding: bytes, as: UTF8.self)
  }
}
