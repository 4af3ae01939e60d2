import Foundation
import Testing

@testable import Spec

/// SplitMix64: the same inputs on every run.
private struct Random: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

private let seeds: [String] = [
  goodSpec, goodGame,
  goodSpec.replacing(
    "- tanh",
    with: "- {for: {w: [1, 2]}, do: [{linear: \"${w * z}\"}, {residual: [relu, dropout]}]}")
    + "\nparams: {z: 4}\nlatent: {distribution: uniform, low: -1}\nlabels: {classes: 10}",
  "extends: base.yaml\ndata: &d {batch: 3}\nguards: {max_time: 2h}\nrecord:\n  samples: none\n"
    + "loss: {<<: {real: 1}, kind: least_squares}\ndescription: !unset\n",
  goodSpec + "\nsweep:\n  method: random\n  axes: {optimizer.learning_rate: {log: [1e-5, 1e-3]}}\n"
    + "  exclude: ['loss.kind == \"hinge\" and not seed in [1, 2]']\n  linked: {a: [{seed: 3}]}",
]

private let pieces: [String] = [
  "${", "}", "${a + 1}", "${2 ** 99}", "&a ", "*a", "<<: *a", "!unset", "!!str ", "---\n", "...\n",
  "\t", "\r", "\u{FEFF}", "\u{85}", "\u{2028}", "😀", "{", "}", "[", "]", "- ", ": ", "? ", "| ",
  ">-\n",
  "'", "\"", "#", "%YAML 9.9\n", "\\", "for: ", "do: ", "none", "1e999", "-0", "010", ",", "kind: ",
  "<<<<<<< x\n", "extends: spec.yaml\n", "extends: base.yaml\n", "sweep: {axes: {a[0].b: [1]}}\n",
  "networks: {a: [relu]}\n", "(", ")", "a(b)", ".label", "{like: critic}", "{of: horses}",
  "label: ",
  "@", "`", "\u{0}", "\u{7F}", "0x1F", "params: {a: \"${b}\", b: \"${a}\"}\n",
]

private struct Mutator {
  var random: Random

  mutating func mutate(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, at + Int.random(in: 0...40, using: &random))
      switch Int.random(in: 0..<10, using: &random) {
      case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes.removeSubrange(at..<end)
      case 3: bytes.removeSubrange(at...)
      case 4: bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...at, using: &random))
      case 5:
        let other = Array((seeds.randomElement(using: &random) ?? "").utf8)
        let from = Int.random(in: 0...other.count, using: &random)
        bytes.replaceSubrange(at..., with: other[from...])
      case 6:
        let open =
          ["[", "{a: ", "- ", "{for: {w: [1]}, do: ["].randomElement(using: &random) ?? "["
        let count = Int.random(in: 1...120, using: &random)
        bytes.insert(contentsOf: String(repeating: open, count: count).utf8, at: at)
      case 7 where Int.random(in: 0..<20, using: &random) == 0: bytes = Array(bomb().utf8)
      default:
        bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: at)
      }
    }
    return bytes
  }

  /// Aliases of aliases, in lists and in maps.
  private mutating func bomb() -> String {
    let width = Int.random(in: 2...9, using: &random)
    var text = "a0: &a0 [x, x]\n"
    for level in 1...Int.random(in: 2...20, using: &random) {
      let use = Array(repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
      let opens = Bool.random(using: &random)
      text += "a\(level): &a\(level) " + (opens ? "[\(use)]" : "{k: [\(use)]}") + "\n"
    }
    return text
  }
}

/// Of this thread, so that a busy machine fails no test.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// What must hold of any bytes: an answer within two seconds, every error with a place and words,
/// and what loads can be written out and loads again as the same.
private func check(_ bytes: [UInt8]) -> String? {
  let files = ["base.yaml": goodSpec + "\ndescription: text"]
  let start = processorSeconds()
  let result = loadExperiment(
    bytes: bytes, name: "spec.yaml", files: files, vocabulary: generalWords)
  switch result {
  case .failure(let diagnostics):
    if !diagnostics.hasErrors { return "failed without an error" }
    for entry in diagnostics.entries {
      let mark = entry.origin.mark
      if entry.message.isEmpty { return "an error without words" }
      if !(1...entry.origin.source.lines.count).contains(mark.line) || mark.column < 1
        || mark.column > entry.origin.source.lines[mark.line - 1].unicodeScalars.count + 1
      {
        return "an error without a place: \(entry.message) at \(mark)"
      }
    }
    if diagnostics.rendered().isEmpty || diagnostics.json.isEmpty { return "nothing to show" }
  case .success(let experiment):
    let text = experiment.resolvedYAML(comments: true)
    guard case .success(let again) = loadExperiment(text: text, vocabulary: generalWords) else {
      return "the resolved file does not load:\n\(text)"
    }
    if again.resolvedYAML(comments: false) != experiment.resolvedYAML(comments: false) {
      return "the resolved file is another experiment:\n\(text)"
    }
    let game = experiment.gameYAML
    guard case .success(let general) = loadExperiment(text: game, vocabulary: generalWords) else {
      return "the game does not load:\n\(game)"
    }
    if general.gameYAML != game { return "the game is another one:\n\(game)" }
  }
  let seconds = processorSeconds() - start
  return seconds < 2 ? nil : "took \(seconds) s"
}

private let soak = ProcessInfo.processInfo.environment["GAN_EXP_SOAK"] == "1"

@Test(.timeLimit(.minutes(60)))
func mutatedSpecsGiveAnErrorWithAPlaceOrLoad() {
  var mutator = Mutator(random: Random(state: 20_260_101))
  let end = ContinuousClock.now + .seconds(30)
  var count = 0
  while soak ? count < 1_000_000 : count < 200_000 && ContinuousClock.now < end {
    let bytes = mutator.mutate(seeds[count % seeds.count])
    if let problem = check(bytes) {
      Issue.record("input \(count): \(problem)\n\(String(decoding: bytes, as: UTF8.self))")
      return
    }
    count += 1
  }
  #expect(count > 500)
}

@Test func mutatedOverridesNeverCrash() {
  var mutator = Mutator(random: Random(state: 7))
  let sets = [
    "optimizer.learning_rate=1e-4", "architecture.generator[2].leaky_relu=0.1",
    "loss={kind: hinge}",
    "data.source={folder: x}", "params={a: 3}",
  ]
  for index in 0..<2_000 {
    let bytes = mutator.mutate(sets[index % sets.count])
    let text = String(decoding: bytes, as: UTF8.self)
    let result = loadExperiment(text: goodSpec, overrides: [text], vocabulary: vocabulary)
    if case .failure(let diagnostics) = result { #expect(!diagnostics.rendered().isEmpty) }
  }
}

private func lines(_ range: Range<Int>, _ line: (Int) -> String) -> String {
  range.map(line).joined()
}

/// Texts that would be slow if anything were done for every pair of their parts.
private let hugeFiles: [String] = [
  String(repeating: "a", count: 1_000_001),
  String(repeating: "x: 1\n", count: 150_000),
  String(repeating: "- ", count: 400_000),
  String(repeating: "[", count: 900_000),
  String(repeating: "{a: ", count: 200_000),
  "a: " + String(repeating: "b ", count: 400_000),
  lines(0..<8_000) { "key\($0): ${k\($0)}\n" },
  lines(0..<3_000) { "m\($0): &m\($0) {<<: *m\(max(0, $0 - 1)), k\($0): 1}\n" },
  "{" + lines(0..<9_000) { "k\($0): \"${q\($0)}\", " } + "}",
  "data: [" + String(repeating: "\"${p1}\", ", count: 5_000) + "]\nparams:\n  p8000: 1\n"
    + lines(1..<8_000) { "  p\($0): ${p\($0 + 1) + 1}\n" },
  "extends: base.yaml\nparams:\n" + lines(0..<9_000) { "  p\($0): 1\n" },
  "data:\nparams:\n  p0: 1\n"
    + lines(1..<300) {
      "  p\($0): " + String(repeating: "[", count: 20) + "\"${p\($0 - 1)}\""
        + String(repeating: "]", count: 20) + "\n"
    },
  "params:\n  p0: 12345\n" + lines(1..<60) { "  p\($0): ${p\($0 - 1)}${p\($0 - 1)}\n" },
  "values:\n" + lines(0..<9_000) { "  v\($0): '[v\($0 + 1), v\($0 + 1)]'\n" },
  "values:\n" + lines(0..<9_000) { "  v\($0): '[v\(($0 + 1) % 9_000), v\($0 / 2)]'\n" },
  "networks:\n" + lines(0..<5_000) { "  n\($0): {like: n\($0 + 1)}\n" } + "terms:\n"
    + lines(0..<2_000) { "  t\($0): {distance: {of: n0(z), from: n\($0)(t\($0).label)}}\n" }
    + "moves: [{networks: [n1]}]\nlatents: {z: }\nname: x\n",
  "networks:\n  n9000: [relu]\n" + lines(0..<9_000) { "  n\($0): [{network: n\($0 + 1)}]\n" }
    + "terms: {a: {distance: {of: n0(z), from: z}}}\nmoves:\n"
    + lines(0..<3_000) { "  - {networks: [n\($0)], terms: [b]}\n" } + "latents: {z: }\n",
  "data:\n  sources:\n" + lines(0..<9_000) { "    s\($0): {of: s\($0 + 1)}\n" }
    + "values:\n" + lines(0..<100) { "  v\($0): s\($0).label\n" },
]

@Test(arguments: hugeFiles.indices)
func hugeFilesAreAnsweredQuickly(_ index: Int) {
  let text = hugeFiles[index]
  let files = ["base.yaml": "params:\n" + lines(0..<9_000) { "  p\($0): 2\n" }]
  let start = processorSeconds()
  let result = loadExperiment(text: text, files: files, vocabulary: vocabulary)
  guard case .failure(let diagnostics) = result else {
    Issue.record("loaded")
    return
  }
  #expect(!diagnostics.rendered().isEmpty)
  #expect(processorSeconds() - start < 5)
}

@Test func theDeepestNestThatLoadsIsPrintedToo() throws {
  let nest =
    String(repeating: "{residual: [", count: 29) + "relu" + String(repeating: "]}", count: 29)
  let spec = try loadExperiment(
    text: goodSpec.replacing("- tanh", with: "- " + nest), vocabulary: vocabulary
  ).get()
  #expect(spec.resolvedYAML(comments: true).contains("relu"))
  #expect(spec.resolvedJSON.contains("relu"))
}
