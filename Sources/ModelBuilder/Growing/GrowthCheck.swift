import Spec
import TensorCore

extension Growth {
  /// nil for networks that do not grow, and for those of which `Game.growingProblems` has something to
  /// say.
  init?(_ experiment: Experiment, _ networks: [Network], _ format: SampleFormat) {
    let counts = networks.compactMap { $0.levels?.levels.count }
    guard let section = experiment.schedule.growing, case .image(let images) = format,
      counts.count == 2, Set(networks.compactMap { $0.levels?.direction }).count == 2,
      let levels = counts.first, levels == counts.last,
      Self.canHalve(images, levels: levels),
      [section.fade, section.stable].allSatisfy({ $0.count == 1 || $0.count == levels - 1 })
    else { return nil }
    self.init(section, format: images, levels: levels)
  }

  fileprivate static func canHalve(_ images: ImageFormat, levels: Int) -> Bool {
    guard levels > 1, levels < 16 else { return false }
    let factor = 1 << (levels - 1)
    return images.height % factor == 0 && images.width % factor == 0
  }
}

extension Game {
  /// Whether there is all that growing takes, in its place. Shapes are checked later.
  func growingProblems() -> [Diagnostic] {
    let section = experiment.schedule.growing
    let networks = [generator, discriminator].map { ($0.name, $0.levels) }
    guard let section else {
      return networks.compactMap { name, levels in
        levels?.levels.first?.entry.choice.error(
          "grow makes the \(name) grow, and no schedule says when",
          notes: ["write `schedule: {growing: {fade: 800k images, stable: 800k images}}`"])
      }
    }
    var found: [Diagnostic] = []
    func complain(_ message: String, at origin: Origin? = nil, _ notes: String...) {
      found.append(Diagnostic(message, at: origin ?? section.origin, notes: notes))
    }
    for (name, levels) in networks {
      guard let levels else {
        complain(
          "schedule.growing: the \(name) has no levels",
          "make each size of image a `grow` entry of architecture.\(name)")
        continue
      }
      found += levels.placementProblems
    }
    if case .vector = format {
      complain("images grow, and the data are \(format)", "leave `growing` out")
    }
    if loss.demands.critic == .reconstruction {
      found.append(
        twoPlayers.loss.error(
          "the loss \(twoPlayers.loss.name) takes an autoencoder, which cannot grow: what it makes of "
            + "an image has one size", notes: ["take a loss that wants a score"]))
    }
    guard let levels = generator.levels?.levels.count,
      let others = discriminator.levels?.levels.count
    else { return found }
    guard levels == others else {
      complain(
        "the generator has \(counted(levels, "level")), the discriminator \(others)",
        at: twoPlayers.architecture.discriminatorOrigin, "each size of image is a `grow` in both")
      return found
    }
    guard levels > 1 else {
      complain("there is one level, and none to grow to", "add a `grow` to both networks")
      return found
    }
    if case .image(let images) = format, !Growth.canHalve(images, levels: levels) {
      complain(
        "\(images) images cannot be halved \(levels == 2 ? "once" : "\(levels - 1) times"), as "
          + "\(levels) levels take",
        "fewer levels, or a data.size that \(1 << min(levels - 1, 30)) divides")
    }
    for (key, lengths, origin, those) in [
      ("fade", section.fade, section.fadeOrigin, "levels that fade in"),
      ("stable", section.stable, section.stableOrigin, "levels that make way for a next one"),
    ] where lengths.count > 1 && lengths.count != levels - 1 {
      complain(
        "schedule.growing.\(key) has \(lengths.count) lengths for \(levels - 1) \(those)",
        at: origin,
        "write one for all, or \(levels - 1)")
    }
    return found
  }
}

extension LevelList {
  /// What stands where it cannot play, and levels without their way from or to images.
  fileprivate var placementProblems: [Diagnostic] {
    let (rule, wanted, given) =
      direction == .toImages
      ? ("a generator's plain layers come before its levels", "to_image", "from_image")
      : ("a critic's plain layers come after its levels", "from_image", "to_image")
    return misplaced.map { entry in
      entry.choice.error(
        "\(rule), `\(entry.choice.name)` does not",
        notes: ["put it into the `layers` or the `\(wanted)` of a level"])
    }
      + levels.filter { way(of: $0).entries.isEmpty }.map { level in
        level.entry.choice.error(
          "a \(direction == .toImages ? "generator" : "discriminator")'s level needs `\(wanted)`, this one has `\(given)`"
        )
      }
  }

  private func way(of level: Level) -> LayerList {
    direction == .toImages ? level.grow.toImage : level.grow.fromImage
  }
}

// MARK: Every layer of every level, whatever the stage.

extension LevelList {
  /// Walks a generator through all levels, and lets each make its image.
  ///
  /// - Throws: also for an image that is not of its level's size.
  func walk(
    generating latent: Value, _ growth: Growth, in scope: LayerScope, visit: Visit
  ) throws(LayerMisfit) {
    var features = try plain.apply(latent, in: scope, visit: visit)
    for level in levels.indices {
      features = try self.features(of: level, features, in: scope, visit)
      let made = try image(of: level, features, in: scope, visit)
      let size = growth.images(of: level)
      if made.shape == SampleFormat.image(size).shape(batch: made.batch) { continue }
      var misfit = LayerMisfit(
        "level \(level + 1) of \(levels.count) makes "
          + (made.shape.rank == 4
            ? "\(described(made.shape)) images" : "vectors of \(described(made.shape))")
          + ", its images are \(size)",
        advice: level == 0
          ? "the first level makes the data's \(growth.format) images halved "
            + (levels.count == 2 ? "once" : "\(levels.count - 1) times")
          : "`layers` of a level double what comes in, with `upsample: 2` or a `conv_transpose` of "
            + "stride 2; `to_image` ends in \(size.channels == 1 ? "1 channel" : "\(size.channels) channels")"
      )
      misfit.choice = levels[level].entry.choice
      throw misfit
    }
  }

  /// Walks a critic through all levels, and lets each look at images of its own size.
  ///
  /// - Returns: what the plain layers are given.
  /// - Throws: also for a level that hands on what cannot be blended with what the next one below makes
  ///   of images.
  func walk(
    judging images: Value, in scope: LayerScope, visit: Visit
  ) throws(LayerMisfit) -> Value {
    let last = levels.count - 1
    var features = try entrance(of: last, images, in: scope, visit)
    features = try self.features(of: last, features, in: scope, visit)
    for level in (0..<last).reversed() {
      let image = images.averaged(down: 1 << (last - level))
      let own = try entrance(of: level, image, in: scope, visit)
      guard own.shape == features.shape else {
        var misfit = LayerMisfit(
          "level \(level + 2) of \(levels.count) hands on \(described(features.shape)), level "
            + "\(level + 1) makes \(described(own.shape)) of an image: the two cannot be blended",
          advice:
            "`layers` of a critic's level end in what the next one's `from_image` makes, half as "
            + "high and wide as they begin: with `average_pool: 2` or a `conv` of stride 2")
        misfit.choice = levels[level + 1].entry.choice
        throw misfit
      }
      features = try self.features(of: level, features, in: scope, visit)
    }
    return features
  }
}
