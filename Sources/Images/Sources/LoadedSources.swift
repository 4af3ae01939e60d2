import Spec

/// What lies in the sources of an experiment, read.
package struct LoadedSources: Sendable {
  package struct Entry: Sendable {
    package let source: StoredSource
    /// As stored; of a pair, in the order of its partner.
    package let set: any SampleSet
    /// The source whose order it has: itself, or its partner.
    package let order: String

    /// As networks see it.
    package var format: SampleFormat { self.set.format.resized(to: source.size) }

    /// The samples as networks see them.
    package func store(range: ValueRange) throws(DatasetError) -> any SampleStore {
      try self.set.store(size: source.size, range: range)
    }
  }
  /// In the order of the file.
  package let entries: [Entry]

  /// Reads all sources and brings pairs together. `StoredSource.pairFindings` of them must be empty.
  ///
  /// - Parameter request: of any source, which says its size itself.
  /// - Throws: with the name of the source, if there are several.
  package init(_ sources: [StoredSource], _ request: LoadRequest) throws(DatasetError) {
    var sets: [String: any SampleSet] = [:]
    var orders: [String: String] = [:]
    for source in sources {
      guard let order = StoredSource.order(of: source.name, in: sources) else {
        preconditionFailure("unchecked pairs")
      }
      orders[source.name] = order
    }
    let paired = Set(orders.filter { $0.key != $0.value }.flatMap { [$0.key, $0.value] })
    for source in sources {
      var request = request
      request.size = source.size
      request.keepsNames = paired.contains(source.name)
      do throws(DatasetError) {
        sets[source.name] = try source.source.load(request)
      } catch {
        throw sources.count == 1 ? error : .ofSource(source.name, error)
      }
    }
    var entries: [Entry] = []
    for source in sources {
      guard let set = sets[source.name], let order = orders[source.name] else { continue }
      let partner = order == source.name ? nil : sets[order]
      entries.append(
        Entry(
          source: source,
          set: try partner.map { (partner) throws(DatasetError) in
            try Self.paired(set, source.name, with: partner, order)
          } ?? set, order: order))
    }
    self.entries = entries
  }

  private static func paired(
    _ set: any SampleSet, _ name: String, with partner: any SampleSet, _ other: String
  ) throws(DatasetError) -> any SampleSet {
    guard let set = set as? ImageSet, let partner = partner as? ImageSet else {
      preconditionFailure("unchecked pairs")
    }
    return try set.paired(as: name, with: partner, other)
  }

  /// How many samples each has, by its name.
  package var counts: [String: Int] {
    Dictionary(
      entries.map { ($0.source.name, $0.set.count) }, uniquingKeysWith: { first, _ in first })
  }

  /// Formats as networks see them, by the names of the sources.
  package var formats: [String: SampleFormat] {
    Dictionary(
      entries.map { ($0.source.name, $0.format) }, uniquingKeysWith: { first, _ in first })
  }
}
