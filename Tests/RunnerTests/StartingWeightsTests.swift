import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// Networks that start from the weights of another run, or of a file.
struct StartingWeightsTests {
  private static let classifier = """
    version: 1
    name: classifier
    data: {size: 8, batch: 8, sources: {digits: {source: {synthetic: {of: digits, count: 32}}, classes: 10}}}
    networks:
      judge: {layers: [flatten, {linear: 5}, batch_norm, relu, {linear: 10}], ema: {decay: 0.5, start: 1 steps}}
      other: [flatten, {linear: 10}]
    terms:
      names: {class: {of: judge(digits), label: digits.label}}
      others: {class: {of: other(digits), label: digits.label}}
    moves: [{networks: [judge, other], name: both}]
    optimizer: {kind: sgd, learning_rate: 0.1}
    schedule: {length: 4 steps}
    record: {log: 1 steps, samples: none, checkpoint: {every: 2 steps}}
    """

  private static func painter(_ judge: String) -> String {
    """
    version: 1
    name: painter
    data: {size: 8, batch: 4, sources: {digits: {source: {synthetic: {of: digits, count: 16}}, classes: 10}}}
    latents: {z: {size: 3}, y: {classes: 10}}
    networks:
      painter: [{linear: 64}, tanh, {image: {channels: 1, size: 8}}]
      judge: {layers: [flatten, {linear: 5}, batch_norm, relu, {linear: 10}], \(judge)}
    values: {made: painter(z)}
    terms: {named: {class: {of: judge(made), label: y}}}
    moves: [{networks: [painter]}]
    optimizer: {kind: sgd, learning_rate: 0.1}
    schedule: {length: 4 steps}
    record: {log: 1 steps, samples: {every: 4 steps}, checkpoint: {every: 2 steps}}
    """
  }

  private func game(_ text: String) throws -> LoadedGame {
    try LoadedGame(try loadExperiment(text: text, vocabulary: TinyRun.vocabulary).get())
  }

  private let scratch: Scratch
  /// Of the classifier, finished.
  private let run: String

  init() throws {
    scratch = try Scratch()
    let classifier = try LoadedGame(
      try loadExperiment(text: Self.classifier, vocabulary: TinyRun.vocabulary).get())
    run = try train(classifier.setup(scratch.path)).directory
  }

  private func tensors(_ path: String) throws -> [String: HostTensor] {
    try FileLayer().readSafetensors(path).byName
  }

  private func start(
    _ game: LoadedGame, _ folders: [String] = []
  ) throws(StartError) -> StartingWeights {
    try StartingWeights(of: game.program, folders: folders)
  }

  private func judge(_ game: LoadedGame, _ start: StartingWeights) -> [String: HostTensor] {
    var found: [String: HostTensor] = [:]
    for state in game.program.states where state.network == "judge" {
      found[String(state.name.dropFirst("judge.".count))] = state.layout.toTorch(
        start.first(state, seed: 1))
    }
    return found
  }

  @Test func aFrozenNetworkHasTheWeightsOfTheRunFromTheFirstRoundToTheLastCheckpoint() throws {
    let game = try game(Self.painter("weights: {path: \(run)}, frozen: true"))
    let start = try start(game)
    let source = try tensors("\(run)/checkpoints/step-00000004/judge.safetensors")
    #expect(source.count == 8 && judge(game, start) == source)
    #expect(start.warnings.isEmpty)
    #expect(
      start.notes.count == 1
        && start.notes[0].hasPrefix(
          "the weights of `judge`: 8 of 8 tensors from \(run)/checkpoints/step-00000004/judge.safetensors ("
        ))
    let outcome = try train(game.setup(scratch.path, start))
    #expect(outcome.ending == .finished)
    let last = "\(outcome.directory)/checkpoints/step-00000004"
    #expect(try tensors("\(last)/judge.safetensors") == source)
    let drawn = try train(game.setup(scratch.path, StartingWeights()))
    #expect(
      try text("\(outcome.directory)/losses.csv") != text("\(drawn.directory)/losses.csv"))
    #expect(try text("\(outcome.directory)/log.txt").contains(start.notes[0]))
  }

  @Test func anEarlierCheckpointItsFileAndItsFolderAndTheAverageAreOtherWeightsThanTheLast() throws
  {
    let early = "\(run)/checkpoints/step-00000002"
    let folder = try tensors("\(early)/judge.safetensors")
    for weights in [
      "{path: \(run), checkpoint: 2}", early, "\(early)/judge.safetensors",
      "{path: \(early), network: judge}",
    ] {
      let game = try game(Self.painter("weights: \(weights), frozen: true"))
      #expect(judge(game, try start(game)) == folder, "\(weights)")
    }
    let last = try tensors("\(run)/checkpoints/step-00000004/judge.safetensors")
    #expect(folder != last)
    let averaged = try game(Self.painter("weights: {path: \(run), average: true}, frozen: true"))
    let average = judge(averaged, try start(averaged))
    #expect(try average == tensors("\(run)/checkpoints/step-00000004/ema.safetensors"))
    #expect(average != last)
  }

  @Test func aRelativePathIsLookedForInTheFoldersOfTheData() throws {
    let name = run.dropFirst(scratch.path.count + 1)
    let game = try game(Self.painter("weights: \(name), frozen: true"))
    #expect(try start(game, ["/nowhere", scratch.path]).notes.count == 1)
    #expect(throws: StartError.self) { try start(game) }
  }

  @Test func namesInAFileMayBeginWithTheNetworksName() throws {
    let source = try tensors("\(run)/checkpoints/step-00000004/judge.safetensors")
    let path = "\(scratch.path)/all.safetensors"
    let entries =
      source.map { Safetensors.Entry("judge.\($0.key)", $0.value) }
      + source.map { Safetensors.Entry("critic.\($0.key)", $0.value) }
    try writeFile(
      Safetensors(metadata: [:], entries: entries).encoded(), to: path, files: FileLayer())
    for weights in [path, "{path: \(path), network: critic}"] {
      let game = try game(Self.painter("weights: \(weights), frozen: true"))
      let start = try start(game)
      #expect(judge(game, start) == source && start.warnings.isEmpty)
    }
  }

  private func said(_ judge: String) throws -> (lines: [String], isOfFiles: Bool) {
    let game = try game(Self.painter(judge))
    do throws(StartError) {
      _ = try start(game)
      return ([], true)
    } catch {
      let lines = error.diagnostics.entries.map { found in
        "\(found.origin.mark.line):\(found.origin.mark.column) "
          + ([found.message, found.label ?? ""] + found.notes).joined(separator: " | ")
      }
      return (lines, error.isOfFiles)
    }
  }

  @Test func whatDoesNotFitIsSaidTensorByTensorAtItsPlaceAndWhatIsNotThereToo() throws {
    let checkpoint = "\(run)/checkpoints/step-00000004"
    let column =
      "      judge: {layers: [flatten, {linear: 5}, batch_norm, relu, {linear: 10}], ".count - 3
    let place = "7:\(column)"
    let network = "frozen: true, weights: {path: \(run), network: "
    var found = try said("weights: {path: \(run), network: other}, frozen: true")
    #expect(!found.isOfFiles)
    #expect(
      found.lines == [
        "\(place) none of the weights of `judge` is in \(checkpoint)/other.safetensors |  | 1.weight is "
          + "float32[10, 64] there and float32[5, 64] here | 1.bias is float32[10] there and float32[5] "
          + "here | 2.weight is not there | 2.bias is not there | 4.weight is not there | 4.bias is not "
          + "there | 2.running_mean is not there | 2.running_var is not there"
      ])
    for (text, message) in [
      (
        "\(network)judges}",
        "\(checkpoint): no network `judges`; there are judge, other"
      ),
      (
        "frozen: true, weights: {path: \(run), checkpoint: 3}",
        "\(run)/checkpoints: no checkpoint of step 3; there are 2, 4"
      ),
      (
        "frozen: true, weights: {path: \(checkpoint), checkpoint: 4}",
        "`checkpoint` chooses one of a run, and \(checkpoint) is one itself"
      ),
      (
        "frozen: true, weights: {path: \(checkpoint)/judge.safetensors, average: true}",
        "`average` is for runs, and \(checkpoint)/judge.safetensors is a file"
      ),
      (
        "frozen: true, weights: {path: \(checkpoint)/judge.safetensors, network: features}",
        "\(checkpoint)/judge.safetensors: no name begins with `features.`; there are 1.bias, 1.weight, "
          + "2.bias, 2.running_mean, 2.running_var, 2.weight and 2 more"
      ),
      (
        "frozen: true, weights: {path: \(run)/checkpoints}",
        "\(run)/checkpoints: neither a run nor a checkpoint (no `checkpoints`, no `state.json`)"
      ),
      (
        "frozen: true, weights: {path: \(run)/losses.csv}",
        "\(run)/losses.csv: no safetensors file that can be read: "
      ),
      (
        "frozen: true, weights: {path: /no/such/run}",
        "nothing is at /no/such/run; looked for /no/such/run"
      ),
    ] {
      found = try said(text)
      #expect(found.isOfFiles, "\(text)")
      #expect(found.lines.count == 1)
      #expect(
        found.lines.first?.contains("the weights of `judge`: \(message)") == true,
        "\(found.lines)")
    }
    found = try said(
      "frozen: true, weights: {path: \(run), network: other, average: true}")
    #expect(found.lines.first?.contains("no moving average of `other` is kept there") == true)
  }

  @Test func partOfTheWeightsIsTakenWhereThatIsAskedForAndTheRestIsSaid() throws {
    let source = try tensors("\(run)/checkpoints/step-00000004/judge.safetensors")
    let path = "\(scratch.path)/part.safetensors"
    let entries =
      source.filter { !$0.key.hasPrefix("4.") }.map { Safetensors.Entry($0.key, $0.value) } + [
        Safetensors.Entry("4.weight", HostTensor([3, 5], [Float](repeating: 1, count: 15))),
        Safetensors.Entry("9.weight", HostTensor([1], [Float(1)])),
      ]
    try writeFile(
      Safetensors(metadata: [:], entries: entries).encoded(), to: path, files: FileLayer())
    let whole = try said("weights: \(path), frozen: true")
    #expect(
      whole.lines.first?.hasSuffix(
        "| `partial: true` draws those that do not | 4.weight is float32[3, 5] there and float32[10, 5] "
          + "here | 4.bias is not there | not used: 9.weight") == true, "\(whole.lines)")
    let game = try game(Self.painter("weights: {path: \(path), partial: true}, frozen: true"))
    let start = try start(game)
    let own = judge(game, start)
    for (name, tensor) in source where !name.hasPrefix("4.") { #expect(own[name] == tensor) }
    #expect(own["4.bias"] == judge(game, StartingWeights())["4.bias"])
    #expect(
      start.warnings.map(\.message) == [
        "of the 8 weights of `judge` 2 are drawn", "of 8 tensors in \(path) 1 is not used",
      ])
  }

  @Test func whoGoesOnFromACheckpointNeedsTheWeightsNoMore() throws {
    let game = try game(Self.painter("weights: \(run), frozen: true"))
    let start = try start(game)
    let whole = try train(game.setup(scratch.path, start)).directory
    var setup = game.setup(scratch.path, start)
    let asked = Counter()
    setup.interrupt = { asked.next() < 2 ? 0 : 2 }
    let stopped = try train(setup)
    #expect(stopped.step == 2)
    #expect(try hasCheckpoint(run: stopped.directory))
    var again = game.setup("unused", StartingWeights())
    again.directory = stopped.directory
    #expect(try train(again).ending == .finished)
    #expect(try text("\(stopped.directory)/losses.csv") == text("\(whole)/losses.csv"))
  }

  @Test func theDigestFollowsWhatIsReadNotWhereItLies() throws {
    func digest(_ weights: String) throws -> String? {
      let game = try game(Self.painter("weights: \(weights), frozen: true"))
      let digest = try start(game).digest
      #expect(
        try StartingWeights.digest(of: game.program.experiment.game.networks, folders: []) == digest
      )
      return digest
    }
    let last = try digest(run)
    let file = "\(scratch.path)/copy.safetensors"
    try writeFile(
      try FileLayer().read("\(run)/checkpoints/step-00000004/judge.safetensors"), to: file,
      files: FileLayer())
    #expect(try digest(file) == last && last != nil)
    #expect(try digest("{path: \(run), checkpoint: 2}") != last)
    #expect(StartingWeights().digest == nil)
    #expect(StartingWeights.joined(data: "d", weights: nil) == "d")
  }

  @Test func aFileOfTwoPlayersStartsFromWeightsToo() throws {
    let tiny = TinyRun()
    let run = try train(try tiny.setup(scratch.path)).directory
    var text = try tiny.experiment().resolvedYAML(comments: false)
    text = text.replacing(
      "architecture:\n", with: "architecture:\n  weights: {discriminator: \(run)}\n")
    let experiment = try loadExperiment(text: text, vocabulary: TinyRun.vocabulary).get()
    let program = try TrainingProgram(experiment, format: tiny.program().format)
    let start = try StartingWeights(of: program, folders: [])
    #expect(start.notes.count == 1 && start.notes[0].hasPrefix("the weights of `discriminator`: "))
    let long = try loadExperiment(text: experiment.gameYAML, vocabulary: TinyRun.vocabulary).get()
    #expect(long.game.networks.map { $0.weights?.path } == [nil, run])
  }

  @Test func anAverageIsThatOfTheNetworkThatHasOneNotOfOneLikeIt() throws {
    let twins = try game(
      Self.classifier.replacing("other: [flatten, {linear: 10}]", with: "other: {like: judge}"))
    let run = try train(twins.setup(scratch.path)).directory
    func whose(_ network: String) throws -> [Diagnostic] {
      let text = Self.painter(
        "weights: {path: \(run), network: \(network), average: true}, frozen: true")
      let game = try game(text)
      do throws(StartError) {
        _ = try start(game)
        return []
      } catch {
        return error.diagnostics.entries
      }
    }
    #expect(try whose("judge").isEmpty)
    let said = try whose("other").map(\.message)
    #expect(said.count == 1 && said[0].contains("no moving average of `other` is kept there"))
    let state = try json("\(run)/checkpoints/step-00000004/state.json")
    #expect(state["averaged"]?.items?.compactMap(\.string) == ["judge"])
  }

  @Test func environmentJsonSaysWithWhichWeightsARunBegan() throws {
    let game = try game(Self.painter("weights: \(run), frozen: true"))
    let start = try start(game)
    let begun = try train(game.setup(scratch.path, start)).directory
    let written = try json("\(begun)/environment.json")["weights_digest"]?.string
    #expect(written == start.digest && written != nil)
  }
}
