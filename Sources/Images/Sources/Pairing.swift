/// A picture that has no partner in the set with which its own is paired, or not one alone.
package struct PictureWithoutPartner: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// Nothing there is called so.
    case absent
    /// What is called so cannot be used.
    case bad(String)
    /// Another picture of its own set is called so too.
    case repeated(String)
  }
  /// Its source.
  package let source: String
  /// Its file.
  package let name: String
  /// That in which it has no partner.
  package let partner: String
  package let reason: Reason

  /// `edges/1.png: nothing is called so in photos`
  var words: String {
    let why =
      switch reason {
      case .absent: "nothing is called so in \(partner)"
      case .bad(let reason): "its partner in \(partner) is left out: \(reason)"
      case .repeated(let other): "\(other) is called so too"
      }
    return "\(source)/\(name): \(why)"
  }
}

extension ImageSet {
  /// The same pictures in the order in which `partner` has those that they belong to: pictures whose
  /// paths below their folders are equal apart from the suffix. Both sets have been read with their names.
  ///
  /// - Parameters:
  ///   - source, other: what the two sets are called in the experiment, for messages.
  /// - Throws: `.unpaired` with all pictures of both that have no partner.
  func paired(
    as source: String, with partner: ImageSet, _ other: String
  ) throws(DatasetError) -> any SampleSet {
    var alone: [PictureWithoutPartner] = []
    let own = Self.places(paths, of: source, other, &alone)
    let theirs = Self.places(partner.paths, of: other, source, &alone)
    let (bad, theirBad) = (reasonsToSkip, partner.reasonsToSkip)
    for path in paths where theirs[path.withoutSuffix] == nil {
      alone.append(
        PictureWithoutPartner(
          source: source, name: path.text, partner: other,
          reason: theirBad[path.withoutSuffix].map { .bad($0) } ?? .absent))
    }
    var order: [Int] = []
    for path in partner.paths {
      if let place = own[path.withoutSuffix] {
        order.append(place)
      } else {
        alone.append(
          PictureWithoutPartner(
            source: other, name: path.text, partner: source,
            reason: bad[path.withoutSuffix].map { .bad($0) } ?? .absent))
      }
    }
    guard alone.isEmpty else { throw .unpaired(alone) }
    return order == Array(0..<count) ? self : ReorderedSet(self, order)
  }

  /// Why pictures are left out, by their names without suffixes.
  private var reasonsToSkip: [[UInt8]: String] {
    Dictionary(
      skipped.map { bad in
        (FilePath(bad.name.split(separator: "/").map { Array($0.utf8) }).withoutSuffix, bad.reason)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Where the picture of each name stands; a name that comes twice is noted.
  private static func places(
    _ paths: [FilePath], of source: String, _ partner: String,
    _ alone: inout [PictureWithoutPartner]
  ) -> [[UInt8]: Int] {
    var places: [[UInt8]: Int] = [:]
    for (place, path) in paths.enumerated() {
      guard let first = places.updateValue(place, forKey: path.withoutSuffix) else { continue }
      alone.append(
        PictureWithoutPartner(
          source: source, name: path.text, partner: partner,
          reason: .repeated(paths[first].text)))
    }
    return places
  }
}
