import RunFormat

/// Which checkpoints of a run are as they were written: each is read once, when it is asked for.
struct SoundCheckpoints {
  private let store: CheckpointStore
  private var faults: [Int: RunError?] = [:]

  init(_ store: CheckpointStore) { self.store = store }

  /// Why it cannot be read whole; nil where it can.
  mutating func fault(of step: Int) -> RunError? {
    if let known = faults[step] { return known }
    var fault: RunError?
    do throws(RunError) {
      _ = try LoadedCheckpoint(
        "\(store.path)/\(CheckpointStore.folder(step: step))", files: store.files)
    } catch {
      fault = error
    }
    faults[step] = .some(fault)
    return fault
  }

  /// The first `count`, and as many of the next as it takes for so many to be sound.
  mutating func first(_ count: Int, of steps: some Sequence<Int>) -> [Int] {
    var (chosen, sound): ([Int], Int) = ([], 0)
    for step in steps where sound < count {
      chosen.append(step)
      if fault(of: step) == nil { sound += 1 }
    }
    return chosen
  }
}
