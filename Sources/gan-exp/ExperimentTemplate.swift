import Spec

/// What `new` starts from: the networks of DCGAN at 32, 64 or 128, and the loss that they play with.
enum ExperimentTemplate: String, CaseIterable {
  case dcgan
  case lsgan
  case wganGP = "wgan-gp"
  case sngan

  /// By its name, or by another word for its loss.
  init?(called name: String) {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    let own = Self.allCases.first { $0.rawValue.filter { $0 != "-" } == plain }
    switch own?.rawValue ?? Synonyms.word(name, .loss)?.word ?? name {
    case "dcgan", "cross_entropy": self = .dcgan
    case "lsgan", "least_squares": self = .lsgan
    case "wgan-gp", "wasserstein": self = .wganGP
    case "sngan", "hinge": self = .sngan
    default: return nil
    }
  }

  var summary: String {
    switch self {
    case .dcgan: "convolutional, cross-entropy, batch norm in both networks (Radford et al. 2016)"
    case .lsgan: "the same networks with least squares (Mao et al. 2017)"
    case .wganGP: "a critic of five moves a round with a gradient penalty (Gulrajani et al. 2017)"
    case .sngan: "a spectrally normalised critic with the hinge loss (Miyato et al. 2018)"
    }
  }

  /// The whole file.
  ///
  /// - Parameter schema: where an editor finds the schema.
  func text(
    name: String, for pictures: ExaminedPictures, isConditional: Bool, schema: String
  ) -> String {
    let classes = isConditional && pictures.classCount > 1 ? pictures.classCount : 1
    let batch = pictures.count >= 128 ? 64 : max(2, pictures.count / 4)
    return """
      # yaml-language-server: $schema=\(schema)
      #
      # \(String(pictures.words.map { $0.isNewline || $0 < " " ? " " : $0 })).
      # From the template \(rawValue): \(summary).
      # What stands here is yours to change; `gan-exp describe` shows what is not said, `gan-exp layers` every word.
      version: 1
      name: \(name.yamlWord(plain: "-_"))
      seed: 0

      data:
        source: \(pictures.source)
      \(pictures.isResized ? "  size: \(pictures.side) # the shorter side becomes this, and the middle is cut out\n" : "")\
        range: [-1, 1] # as the generator's tanh
        batch: \(batch)
      \(pictures.count % batch == 1 ? "  drop_last: true # the last batch would be one picture, and batch norm wants two\n" : "")\
      \(pictures.count < 2000 ? "" : "# ")augment: [flip, color, translation, cutout] # what the critic sees; for few pictures

      latent: {size: 100, distribution: normal}
      \(classes > 1 ? "labels: {classes: \(classes)} # one row of the grids each\n" : "")
      architecture:
      \(generator(pictures, classes))
      \(critic(pictures, classes))
        init:
          conv: {normal: 0.02}
          linear: {normal: 0.02}
          batch_norm: {scale: {normal: [1, 0.02]}, bias: {constant: 0}}

      \(game)

      record:
        log: 50 steps
        samples: {every: 500 steps, grid: \(classes > 1 ? "\(min(classes, 16))x8" : "8x8"), seed: 0} # the same latents each time
        checkpoint: {every: 1000 steps}

      """
  }

  /// Channels of the images between 4×4 and the picture, the smallest images' first.
  private static func widths(_ side: Int) -> [Int] {
    switch side {
    case 32: [256, 128, 64]
    case 64: [512, 256, 128, 64]
    default: [512, 512, 256, 128, 64]
    }
  }

  private func generator(_ pictures: ExaminedPictures, _ classes: Int) -> String {
    let widths = Self.widths(pictures.side)
    let sizes = widths.indices.dropFirst().map { "\(4 << $0)×\(4 << $0)" }.joined(separator: ", ")
    return """
        generator:
      \(classes > 1 ? "    - concat_label: {embedding: 50} # which class it is to draw\n" : "")\
          - linear: \(widths[0] * 16) # \(widths[0]) channels of 4×4
          - batch_norm
          - relu
          - image: {channels: \(widths[0]), size: 4}
          - for: {channels: \(widths.dropFirst().map { $0 })} # \(sizes)
            do:
              - conv_transpose: {channels: "${channels}", kernel: 4, stride: 2, padding: 1, bias: false}
              - batch_norm
              - relu
          - conv_transpose: {channels: \(pictures.channels), kernel: 4, stride: 2, padding: 1} # \(pictures.side)×\(pictures.side)
          - tanh
      """
  }

  private func critic(_ pictures: ExaminedPictures, _ classes: Int) -> String {
    let widths = Array(Self.widths(pictures.side).reversed())
    let isNormalized = self == .dcgan || self == .lsgan
    let spectral = self == .sngan ? ", spectral_norm: true" : ""
    let norm = isNormalized ? "\n        - batch_norm" : ""
    let why =
      switch self {
      case .dcgan, .lsgan: "no norm on the pixels"
      case .wganGP: "no batch norm: each picture has a slope of its own"
      case .sngan: "each weight divided by its largest singular value"
      }
    // PyTorch's embeddings begin as normal numbers of 1: a product with thousands of features would be dozens.
    let end = self == .sngan ? "{bias: true, spectral_norm: true}" : "{weight_init: {normal: 0.02}}"
    return """
        discriminator:
          - conv: {channels: \(widths[0]), kernel: 4, stride: 2, padding: 1\(spectral)} # \(why)
          - leaky_relu: 0.2
          - for: {channels: \(Array(widths.dropFirst()))}
            do:
              - conv: {channels: "${channels}", kernel: 4, stride: 2, padding: 1\(spectral)}\(norm)
              - leaky_relu: 0.2
          - flatten
          - \(classes > 1
        ? "projection: \(end) # a score, and whether the picture is of its class"
        : "linear: {units: 1\(spectral)} # a score")
      """
  }

  /// Loss, penalties, optimizer and schedule.
  private var game: String {
    switch self {
    case .dcgan:
      """
      loss: cross_entropy

      optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}

      schedule: {length: 20k steps}
      """
    case .lsgan:
      """
      loss: least_squares

      optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}

      schedule: {length: 20k steps}
      """
    case .wganGP:
      """
      loss: wasserstein
      penalties: [{gradient_penalty: {weight: 10, target: 1}}]

      optimizer: {kind: adam, learning_rate: 1e-4, betas: [0, 0.9]}

      schedule: {length: 20k steps, discriminator_steps: 5, latents: fresh}
      """
    case .sngan:
      """
      loss: hinge

      optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}

      schedule: {length: 20k steps, latents: fresh}
      """
    }
  }
}
