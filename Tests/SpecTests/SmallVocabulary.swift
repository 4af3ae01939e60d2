import Spec

/// Enough words for every form a spec can take.
let vocabulary = Vocabulary([
  .layer: [
    Declaration(
      "linear", "A fully connected layer",
      fields: [
        Field.integer("units", in: .within(1...100_000), "Outputs").declaration,
        Field.flag("bias", default: true, "Whether a bias is added").declaration,
      ], shorthand: "units", example: "linear: 128"),
    Declaration(
      "conv", "A convolution",
      fields: [
        Field.integer("channels", in: .atLeast(1), "Outputs").declaration,
        Field.sizes("kernel", default: 3, "Height and width of the window").declaration,
        Field.integer("stride", default: 1, in: .atLeast(1), "Step of the window").declaration,
        Field.integer("padding", default: 0, in: .atLeast(0), "Zeros around").declaration,
        Field.flag("bias", default: true, "Whether a bias is added").declaration,
        Field.optionalChoice("init", from: .initializer, "Own initial weights").declaration,
      ], shorthand: "channels"),
    Declaration(
      "batch_norm", "Batch normalisation",
      fields: [
        Field.number("epsilon", default: 1e-5, in: .above(0), "Added to the variance").declaration,
        Field.number("momentum", default: 0.1, in: .within(0...1), "Of the statistics").declaration,
      ]),
    Declaration(
      "leaky_relu", "max(x, slope·x)",
      fields: [
        Field.number("slope", default: 0.01, in: .atLeast(0), "Slope below 0").declaration
      ], shorthand: "slope"),
    Declaration("relu", "max(x, 0)"),
    Declaration("tanh", "tanh x"),
    Declaration("sigmoid", "1/(1 + e⁻ˣ)"),
    Declaration("flatten", "Everything in one vector"),
    Declaration(
      "dropout", "Zeroes at random",
      fields: [
        Field.number("rate", default: 0.5, in: .from(0, below: 1), "Share dropped").declaration
      ], shorthand: "rate"),
    Declaration(
      "image", "A vector as an image",
      fields: [
        Field.integer("channels", default: 1, in: .atLeast(1), "Channels").declaration,
        Field.sizes("size", "Height and width").declaration,
      ]),
    Declaration(
      "residual", "x + f(x)", fields: [Field<[Choice]>.layers("layers", "f").declaration],
      shorthand: "layers"),
  ],
  .loss: [
    Declaration(
      "least_squares", "Least squares",
      fields: ["real", "fake", "generator", "scale"].map {
        Field.number($0, default: $0 == "fake" ? 0 : 1, "A constant").declaration
      }),
    Declaration(
      "cross_entropy", "Cross-entropy",
      fields: [
        Field.number("real", default: 1, in: .within(0...1), "Label of real images").declaration,
        Field.choice("form", of: Form.self, default: .nonSaturating, "The generator's loss")
          .declaration,
      ]),
    Declaration("hinge", "Hinge"),
  ],
  .optimizer: [
    Declaration(
      "adam", "Adam",
      fields: [
        Field.number("learning_rate", in: .above(0), "Step size").declaration,
        Field.numbers("betas", count: 2, default: [0.9, 0.999], in: .from(0, below: 1), "Decays")
          .declaration,
        Field.number("epsilon", default: 1e-8, in: .above(0), "In the denominator").declaration,
      ]),
    Declaration(
      "sgd", "Gradient descent",
      fields: [
        Field.number("learning_rate", in: .above(0), "Step size").declaration,
        Field.number("momentum", default: 0, in: .from(0, below: 1), "Momentum").declaration,
      ]),
  ],
  .initializer: [
    Declaration("torch", "PyTorch's defaults"),
    Declaration("zeros", "0"),
    Declaration("xavier", "Glorot"),
    Declaration(
      "normal", "A normal distribution",
      fields: [
        Field.number("mean", default: 0, "Mean").declaration,
        Field.number("standard_deviation", default: 0.02, in: .above(0), "Deviation").declaration,
      ], shorthand: "standard_deviation", listForm: ["mean", "standard_deviation"]),
  ],
  .source: [
    Declaration("mnist", "MNIST"),
    Declaration(
      "synthetic", "Drawn on the spot",
      fields: [
        Field.choice("of", of: Synthetic.self, default: .digits, "What is drawn").declaration,
        Field.integer("count", default: 10_000, in: .atLeast(1), "Images").declaration,
      ], shorthand: "of"),
    Declaration(
      "folder", "Images in a folder", fields: [Field.text("path", "The folder").declaration],
      shorthand: "path"),
  ],
])

private enum Form: String, CaseIterable {
  case nonSaturating = "non_saturating"
  case saturating
}
private enum Synthetic: String, CaseIterable { case digits, rings }

/// A spec that is right, for tests to change.
let goodSpec = """
  name: lsgan
  data: {source: mnist, size: 32, batch: 512}
  architecture:
    generator:
      - linear: 128
      - batch_norm
      - leaky_relu: 0.2
      - linear: 1024
      - tanh
      - image: {channels: 1, size: 32}
    discriminator:
      - flatten
      - linear: 1
  loss: least_squares
  optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}
  schedule: {length: 200 epochs}
  """
