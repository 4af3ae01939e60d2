import TensorCore

/// Which samples of each source that is played stand in which batch: a function of the seed and the number of the batch.
///
/// The source whose passes are epochs stands in the order of `BatchOrder`. Each other one gives a batch
/// as many samples, from where the batch before it ended (`EndlessOrder`); partners of a pair have one
/// order.
struct SampleOrder {
  private enum Place {
    case epoch
    case other(Int)
  }
  private let timetable: Timetable
  private var epoch: BatchOrder
  private var others: [EndlessOrder] = []
  /// Of each source.
  private var places: [Place] = []

  init(_ data: TrainingSources, _ timetable: Timetable, seed: UInt64) {
    self.timetable = timetable
    epoch = BatchOrder(timetable, seed: seed)
    var known: [String: Int] = [:]
    for entry in data.played {
      if entry.order == data.epoch.name {
        places.append(.epoch)
        continue
      }
      let index = known[entry.order] ?? others.count
      if index == others.count {
        known[entry.order] = index
        others.append(
          EndlessOrder(entry.order, count: entry.data.samples.count, seed: seed))
      }
      places.append(.other(index))
    }
  }

  /// For each source the indices into its data of batch `index`, counted over the whole run.
  mutating func samples(ofBatch index: Int) -> [ArraySlice<Int>] {
    let first = epoch.images(ofBatch: index)
    let start = timetable.imageCount(inBatches: index)
    var found: [ArraySlice<Int>] = []
    for place in places {
      switch place {
      case .epoch: found.append(first)
      case .other(let other):
        found.append(others[other].samples(at: start..<(start + first.count)))
      }
    }
    return found
  }
}
