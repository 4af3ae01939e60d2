import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Plays the first rounds of an experiment and writes everything that went in and came out to one
/// safetensors file, so that another framework can replay them.
///
/// Images are NCHW, weights in PyTorch's layouts. Keys: `init/NAME` for every parameter and
/// statistic, `round{i}/real`, `round{i}/labels`, `round{i}/{move}/latents`, `…/labels` (of the fakes),
/// `…/dropout/NAME` (of the second part of a batch `…/part1/dropout/NAME`), `…/loss`, `…/gradient_norm`, `…/gradient/NAME` with moves `discriminator{k}` and `generator{k}`, and
/// `round{i}/after/NAME`. Of one of several sources: `…/real/NAME`, `…/labels/NAME`, `…/real_labels/NAME`. `…/kink/NAME` tells of those inputs of a relu, and of those differences whose magnitude is a loss
/// (`…/kink/loss/PASS`, `…/kink/penalty/INDEX`), that lie so near to 0 that another framework's rounding may put them on the other side: a row each, its place in the activation and its sign here, which is 0 for what is 0: a magnitude has no slope there; there is
/// none where no input is that near. Where a round has several critic steps, each has its `…/real` and
/// `…/real_labels`. Networks that grow: `round{i}/level`, counted from 1, and `round{i}/alpha`; `…/real` are as large as the data. The metadata hold the resolved spec: `resolved_spec` (YAML), `resolved_json`.
package func trace(
  _ program: TrainingProgram, data: TrainingSources, backend: any Backend, rounds: Int,
  start: StartingWeights = StartingWeights(), to path: String, files: FileLayer = FileLayer()
) throws(RunError) {
  guard rounds > 0 else { throw .request("a trace has at least one round") }
  var recorder = try TraceRecorder(program, data: data, backend: backend, start)
  for round in 0..<rounds { try recorder.record(round: round) }
  let experiment = program.experiment
  let file = Safetensors(
    metadata: [
      "format": "pt", "resolved_spec": experiment.resolvedYAML(comments: false),
      "resolved_json": experiment.resolvedJSON,
    ], entries: recorder.entries)
  try writeFile(file.encoded(), to: path, files: files)
}

/// More than rounding in single precision has been seen to move activations by: in deep networks behind one another, after
/// some rounds, many by 1e-4 and single ones by 5e-4.
private let kinkWidth = 1e-3

private struct TraceRecorder {
  private let program: TrainingProgram
  private let data: TrainingSources
  private let player: RoundPlayer
  private let layouts: [String: TensorLayout]
  private let batchesPerRound: Int
  private(set) var entries: [Safetensors.Entry] = []

  init(
    _ program: TrainingProgram, data: TrainingSources, backend: any Backend,
    _ start: StartingWeights
  ) throws(RunError) {
    (self.program, self.data) = (program, data)
    let timetable = try Timetable(program, imageCount: data.sampleCount)
    batchesPerRound = timetable.batchesPerRound
    player = try RoundPlayer(
      program, data: data, timetable: timetable, backend: backend, start: start,
      observing: true)
    layouts = Dictionary(
      program.states.map { ($0.name, $0.layout) }, uniquingKeysWith: { first, _ in first })
    try recordStates("init")
  }

  mutating func record(round: Int) throws(RunError) {
    let here = "round\(round)"
    if let moment = player.moment(after: round) {
      entries += [
        Safetensors.Entry("\(here)/level", HostTensor(.scalar, [Int32(moment.stage.level + 1)])),
        Safetensors.Entry("\(here)/alpha", HostTensor(.scalar, [moment.alpha])),
      ]
    }
    var isFirst = true
    var seen: [Safetensors.Entry] = []
    _ = try player.play(round: round) { step throws(RunError) in
      if let batch = step.batch {
        if isFirst {
          seen += try batchEntries(batch, real: "\(here)/real", labels: "\(here)/labels")
        }
        isFirst = false
        if batchesPerRound > 1, let move = step.consumer {
          seen += try batchEntries(
            batch, real: "\(here)/\(move)/real", labels: "\(here)/\(move)/real_labels")
        }
      }
      seen += try outputEntries(of: step, here)
    }
    entries += seen
    try recordStates("\(here)/after")
  }

  private mutating func recordStates(_ prefix: String) throws(RunError) {
    for state in program.states where state.role != .optimizer {
      entries.append(
        Safetensors.Entry("\(prefix)/\(state.name)", state.layout.toTorch(try player.read(state))))
    }
  }

  private func batchEntries(
    _ batch: [ArraySlice<Int>], real: String, labels: String
  ) throws(RunError) -> [Safetensors.Entry] {
    var entries: [Safetensors.Entry] = []
    for (indices, source) in zip(batch, data.played) {
      let end = data.entries.count == 1 ? "" : "/\(source.name)"
      let format = source.data.samples.format
      let values = HostTensor(
        format.shape(batch: indices.count), try source.data.values(of: Array(indices)))
      entries.append(Safetensors.Entry(real + end, format.layout.toTorch(values)))
      guard let known = source.data.labels else { continue }
      let ofBatch = HostTensor([indices.count], indices.map { known[$0] })
      entries.append(Safetensors.Entry(labels + end, ofBatch))
    }
    return entries
  }

  private func outputEntries(
    of step: PlayedStep, _ here: String
  ) throws(RunError) -> [Safetensors.Entry] {
    var entries: [Safetensors.Entry] = []
    for move in step.moves {
      for output in move.outputs {
        let tensor = try onDevice { () throws(BackendError) in
          try step.executable.output(output.name)
        }
        let name = "\(here)/\(move.name)/\(output.label)"
        let moved = layout(of: output.role, tensor.shape).toTorch(tensor)
        if output.role == .kink {
          if let sides = signsNearZero(moved) { entries.append(Safetensors.Entry(name, sides)) }
        } else {
          entries.append(Safetensors.Entry(name, moved))
        }
      }
    }
    return entries
  }

  private func layout(of role: MoveOutput.Role, _ shape: Shape) -> TensorLayout {
    switch role {
    case .gradient(let state): layouts[state] ?? .plain
    case .activation, .kink: .activation(shape)
    case .number, .input: .plain
    }
  }
}

/// `[n, 2]`: places and signs of what is nearer to 0 than `kinkWidth` of the root mean square; nil if nothing is.
func signsNearZero(_ activation: HostTensor) -> HostTensor? {
  let values = activation.floats
  let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
  let limit = Float(kinkWidth * (squares / Double(max(values.count, 1))).squareRoot())
  var rows: [Int32] = []
  for (place, value) in values.enumerated() where abs(value) <= limit {
    rows += [Int32(place), value > 0 ? 1 : value < 0 ? -1 : 0]
  }
  return rows.isEmpty ? nil : HostTensor([rows.count / 2, 2], rows)
}
