import Spec
import TensorCore

/// A network's layers where some of them are levels: the plain ones that always play, and the levels.
struct LevelList: Sendable {
  struct Level: Sendable {
    /// In the list of the spec.
    let index: Int
    let entry: LayerList.Entry
    let grow: Grow
  }
  /// Whether a network makes images or looks at them.
  enum Direction: Sendable { case toImages, fromImages }

  let direction: Direction
  /// A generator's first layers, a critic's last ones.
  let plain: LayerList
  /// Smallest first.
  let levels: [Level]
  /// Plain layers that stand among the levels or on the wrong side of them.
  let misplaced: [LayerList.Entry]

  /// nil: the network does not grow.
  init?(_ list: LayerList, _ direction: Direction) {
    let found = list.entries.enumerated().compactMap { index, entry in
      (entry.layer as? Grow).map { Level(index: index, entry: entry, grow: $0) }
    }
    guard let first = found.first, let last = found.last else { return nil }
    let (before, after) = (0..<first.index, (last.index + 1)..<list.entries.count)
    let plain = direction == .toImages ? before : after
    self.direction = direction
    self.plain = LayerList(entries: list.entries[plain], first: plain.lowerBound)
    levels = direction == .toImages ? found : found.reversed()
    misplaced = list.entries.enumerated().filter { index, entry in
      !plain.contains(index) && !(entry.layer is Grow)
    }.map(\.element)
  }

  typealias Visit = (_ path: String, _ entry: LayerList.Entry, _ result: Value) -> Void

  /// Features that a level's layers make of those that come in.
  func features(
    of level: Int, _ input: Value, in scope: LayerScope, _ visit: Visit
  ) throws(LayerMisfit) -> Value {
    let level = levels[level]
    return try level.grow.layers.apply(input, in: scope.nested(level.index), visit: visit)
  }

  /// The image that a generator's level makes of its features.
  func image(
    of level: Int, _ features: Value, in scope: LayerScope, _ visit: Visit
  ) throws(LayerMisfit) -> Value {
    let level = levels[level]
    return try level.grow.toImage.apply(
      features, in: scope.nested(level.index).nested("to_image"), visit: visit)
  }

  /// The features that a critic's level makes of an image.
  func entrance(
    of level: Int, _ image: Value, in scope: LayerScope, _ visit: Visit
  ) throws(LayerMisfit) -> Value {
    let level = levels[level]
    return try level.grow.fromImage.apply(
      image, in: scope.nested(level.index).nested("from_image"), visit: visit)
  }
}

extension LevelList {
  /// Beginnings of the names, within the network, of layers that only play while their level is the newest.
  var outgrown: [String] {
    let way = direction == .toImages ? "to_image" : "from_image"
    return levels.dropLast().map { "\($0.index).\(way)." }
  }
}

// MARK: What plays in a stage.

extension LevelList {
  /// The stage in which all levels play.
  var whole: GrowthStage { GrowthStage(level: levels.count - 1, isFading: false) }

  /// The images that a generator makes in a stage, as large as its level's.
  func generate(
    _ latent: Value, at stage: GrowthStage, in scope: LayerScope, visit: Visit
  ) throws(LayerMisfit) -> Value {
    var features = try plain.apply(latent, in: scope, visit: visit)
    var below = features
    for level in 0...stage.level {
      below = features
      features = try self.features(of: level, features, in: scope, visit)
    }
    let own = try image(of: stage.level, features, in: scope, visit)
    guard let alpha = stage.alpha(scope.builder) else { return own }
    return try image(of: stage.level - 1, below, in: scope, visit).enlarged(2)
      .blended(with: own, share: alpha)
  }

  /// What a critic's levels make of images as large as a stage's level; its plain layers come next.
  func judge(
    _ images: Value, at stage: GrowthStage, in scope: LayerScope, visit: Visit
  ) throws(LayerMisfit) -> Value {
    var features = try entrance(of: stage.level, images, in: scope, visit)
    features = try self.features(of: stage.level, features, in: scope, visit)
    if let alpha = stage.alpha(scope.builder) {
      features = try entrance(of: stage.level - 1, images.averaged(down: 2), in: scope, visit)
        .blended(with: features, share: alpha)
    }
    for level in (0..<stage.level).reversed() {
      features = try self.features(of: level, features, in: scope, visit)
    }
    return features
  }
}
