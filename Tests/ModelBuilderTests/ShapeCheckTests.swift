import Spec
import Testing

@testable import ModelBuilder

/// Networks that do not fit, and what is said of them.
struct Misfit: CustomTestStringConvertible {
  let generator: String
  let discriminator: String
  let size: Int
  let loss: String
  let latent: String
  let rest: String
  /// Keys besides the length.
  let schedule: String
  let optimizer: String
  /// Message and notes of each diagnostic, `word: message = note = note`.
  let said: [String]

  init(
    generator: String = "[{linear: 4}, {image: {channels: 1, size: 2}}]",
    discriminator: String = "[flatten, {linear: 1}]", size: Int = 2,
    loss: String = "cross_entropy", latent: String = "{size: 3}", rest: String = "",
    schedule: String = "", optimizer: String = "{kind: sgd, learning_rate: 0.1}",
    _ said: String...
  ) {
    self.init(
      generator: generator, discriminator: discriminator, size: size, loss: loss, latent: latent,
      rest: rest, schedule: schedule, optimizer: optimizer, said: said)
  }

  init(
    generator: String = "[{linear: 4}, {image: {channels: 1, size: 2}}]",
    discriminator: String = "[flatten, {linear: 1}]", size: Int = 2,
    loss: String = "cross_entropy", latent: String = "{size: 3}", rest: String = "",
    schedule: String = "", optimizer: String = "{kind: sgd, learning_rate: 0.1}",
    said: [String]
  ) {
    (self.generator, self.discriminator) = (generator, discriminator)
    (self.size, self.loss, self.latent) = (size, loss, latent)
    (self.rest, self.said) = (rest, said)
    (self.schedule, self.optimizer) = (schedule, optimizer)
  }

  var testDescription: String { "\(generator) against \(discriminator) at \(size)" }

  private static let endWithOne =
    "end with `linear: 1` (before a closing `sigmoid`), or with a `conv` of one channel"

  static let all = [
    Misfit(),
    Misfit(
      generator: "[{linear: 5}, {image: {channels: 1, size: 2}}]",
      "an image of 1×2×2 has 4 pixels, but vectors of 5 come in = after layer 0 (linear): 5 = "
        + "put `linear: 4` before it"),
    Misfit(
      generator: "[{linear: 4}]",
      "generator makes vectors of 4, data has 1×2×2 images = after layer 0 (linear): 4 = "
        + "end with `image: {channels: 1, size: 2}`"),
    Misfit(
      generator: "[{linear: 5}]",
      "generator makes vectors of 5, data has 1×2×2 images = after layer 0 (linear): 5 = "
        + "1×2×2 images have 4 pixels: end with `linear: 4` and `image: {channels: 1, size: 2}`"),
    Misfit(
      generator: "[{linear: 8}, {image: {channels: 2, size: 2}}]",
      "generator makes 2×2×2 images, data has 1×2×2 = after layer 1 (image): 2×2×2 = "
        + "the last layer must make 1 channel"),
    Misfit(
      generator: "[{linear: 4}, {image: {channels: 1, size: 2}}]", size: 4,
      "generator makes 1×2×2 images, data has 1×4×4 = after layer 1 (image): 1×2×2 = "
        + "add one more stride-2 layer, or set data.size: 2"),
    Misfit(
      generator: "[{linear: 4}, {image: {channels: 1, size: 2}}]", size: 6,
      "generator makes 1×2×2 images, data has 1×6×6 = after layer 1 (image): 1×2×2 = "
        + "change the layers, or set data.size: 2"),
    Misfit(
      generator: "[{linear: 6}, {image: {channels: 1, size: [2, 3]}}]",
      "generator makes 1×2×3 images, data has 1×2×2 = after layer 1 (image): 1×2×3 = "
        + "change the layers so that they end in 2×2"),
    Misfit(
      generator: "[{conv: 3}]",
      "conv takes images, but vectors of 3 come in = generator starts from 3 = "
        + "put `image: {channels: …, size: …}` before it"),
    Misfit(
      generator: "[{upsample: 2}]",
      "upsample takes images, but vectors of 3 come in = generator starts from 3 = "
        + "put `image: {channels: …, size: …}` before it"),
    Misfit(
      generator: "[{conv_transpose: 3}]",
      "conv_transpose takes images, but vectors of 3 come in = generator starts from 3 = "
        + "put `image: {channels: …, size: …}` before it"),
    Misfit(
      generator: "[{dropout: {unit: channel}}, {linear: 4}, {image: {channels: 1, size: 2}}]",
      "dropout of channels takes images, but vectors of 3 come in = generator starts from 3 = "
        + "put `image: {channels: …, size: …}` before it"),
    Misfit(
      discriminator: "[{linear: 1}]",
      "linear takes vectors, but 1×2×2 images come in = discriminator starts from 1×2×2 = "
        + "put `flatten` before it"),
    Misfit(
      discriminator: "[flatten]",
      "discriminator gives 4 numbers a sample, the loss cross_entropy takes one score = "
        + "after layer 0 (flatten): 4 = " + endWithOne),
    Misfit(
      discriminator: "[{conv: {channels: 2, kernel: 1}}]",
      "discriminator gives 2×2×2 numbers a sample, the loss cross_entropy takes one score = "
        + "after layer 0 (conv): 2×2×2 = " + endWithOne),
    Misfit(
      discriminator: "[{conv: {channels: 1, kernel: 3}}]",
      "a 3×3 kernel does not fit into 1×2×2 images = discriminator starts from 1×2×2 = "
        + "a smaller kernel, more padding, or fewer stride-2 layers before it"),
    Misfit(
      discriminator: "[{conv: {channels: 3, kernel: 1, groups: 2}}]",
      "1 input and 3 output channels do not divide into 2 groups = "
        + "discriminator starts from 1×2×2 = groups must divide both"),
    Misfit(
      discriminator: "[{conv_transpose: {channels: 1, kernel: 1, padding: 1}}]",
      "padding 1 cuts everything off 1×2×2 images = discriminator starts from 1×2×2 = "
        + "less padding, or a larger kernel"),
    Misfit(
      discriminator: "[{conv_transpose: {channels: 1, stride: 2, output_padding: 2}}]",
      "output_padding must be less than the stride or the dilation = "
        + "discriminator starts from 1×2×2 = "
        + "it chooses among the sizes that one convolution makes into the same"),
    Misfit(
      discriminator: "[flatten, {residual: [{linear: 3}]}, {linear: 1}]",
      "the branch makes 3 of 4: the two cannot be added = after layer 0 (flatten): 4 = "
        + "close the branch with a layer that restores the shape, or give it a `shortcut`"),
    Misfit(
      discriminator: "[flatten, {residual: [tanh, {conv: 3}]}, {linear: 1}]",
      "conv takes images, but vectors of 4 come in = after layer 0 (flatten): 4 = "
        + "put `image: {channels: …, size: …}` before it"),
    Misfit(
      discriminator: "[{skip: [{conv: {channels: 3, kernel: 2}}]}, flatten, {linear: 1}]",
      "the inner layers make 3×1×1 of 1×2×2: channels of different size cannot be joined = "
        + "discriminator starts from 1×2×2 = close them with layers that restore 2×2: an `upsample` "
        + "or a `conv_transpose` for each layer of stride 2"),
    Misfit(
      discriminator: "[flatten, {skip: [{image: {channels: 1, size: 2}}]}, {linear: 1}]",
      "the inner layers make 1×2×2 of 4: channels of different size cannot be joined = "
        + "after layer 0 (flatten): 4 = close them with `flatten`"),
    Misfit(
      discriminator: "[{skip: [flatten]}, flatten, {linear: 1}]",
      "the inner layers make 4 of 1×2×2: channels of different size cannot be joined = "
        + "discriminator starts from 1×2×2 = close them with layers that restore 2×2: an `upsample` "
        + "or a `conv_transpose` for each layer of stride 2"),
    Misfit(
      discriminator: "[{skip: [flatten, {pad: {zero: 1}}]}, flatten, {linear: 1}]",
      "pad takes images, but vectors of 4 come in = discriminator starts from 1×2×2 = "
        + "put `image: {channels: …, size: …}` before it"),
    Misfit(
      discriminator: "[{pad: {reflect: [1, 2]}}, flatten, {linear: 1}]",
      "a reflection of 1×2 needs larger images than 1×2×2 = discriminator starts from 1×2×2 = "
        + "pad by at most 1×1, or `replicate` the edge"),
    Misfit(
      discriminator: "[{pad: {reflect: 1}}, {pad: {replicate: 9}}, {pad: {zero: 9}}, flatten, "
        + "{linear: 1}]"),
    Misfit(
      discriminator: "[flatten, {concat_label: 3}, {linear: 1}]",
      "there are no labels to concatenate = after layer 0 (flatten): 4 = "
        + "write `labels: {classes: 10}`"),
    Misfit(
      discriminator: "[flatten, projection]",
      "there are no labels to project on = after layer 0 (flatten): 4 = "
        + "write `labels: {classes: 10}`"),
    Misfit(
      discriminator: "[projection]", rest: "labels: {classes: 3}",
      "projection takes vectors, but 1×2×2 images come in = discriminator starts from 1×2×2 = "
        + "put `flatten` before it"),
    Misfit(
      generator: "[multiply_label, {linear: 4}, {image: {channels: 1, size: 2}}]",
      discriminator: "[flatten, conditional_batch_norm, {linear: 1}]",
      "there are no labels to multiply by = generator starts from 3 = "
        + "write `labels: {classes: 10}`",
      "there are no labels to choose scale and offset by = after layer 0 (flatten): 4 = "
        + "write `labels: {classes: 10}`"),
    Misfit(
      discriminator: "[multiply_label, flatten, {linear: 1}]", rest: "labels: {classes: 3}",
      "multiply_label takes vectors, but 1×2×2 images come in = discriminator starts from 1×2×2 = "
        + "put `flatten` before it"),
    Misfit(
      discriminator: "[flatten, {residual: {layers: [{linear: 3}], shortcut: [{linear: 2}]}}]",
      "the branch makes 3, the shortcut 2: the two cannot be added = after layer 0 (flatten): 4 = "
        + "let both end in the same shape"),
    Misfit(
      discriminator: "[{conv: {channels: 4, kernel: 2}}, instance_norm, flatten, {linear: 1}]",
      "instance_norm of one pixel is always 0 = after layer 0 (conv): 4×1×1 = "
        + "take it out, or normalise elsewhere"),
    Misfit(
      discriminator: "[flatten, {group_norm: 3}, {linear: 1}]",
      "4 channels do not divide into 3 groups = after layer 0 (flatten): 4 = "
        + "groups must divide the channels"),
    Misfit(
      discriminator: "[{average_pool: 3}, flatten, {linear: 1}]",
      "a 3×3 window does not fit into 1×2×2 images = discriminator starts from 1×2×2 = "
        + "a smaller window, or fewer stride-2 layers before it"),
    Misfit(
      discriminator: "[{max_pool: {kernel: 2, padding: [0, 2]}}, flatten, {linear: 1}]",
      "padding of a 2×2 window is at most half of it = discriminator starts from 1×2×2"),
    Misfit(
      discriminator: "[{conv: {channels: 5, kernel: 1}}, {pixel_shuffle: 2}]",
      "5 channels do not divide into squares of 2×2 = after layer 0 (conv): 5×2×2 = "
        + "make 8 channels before it"),
    Misfit(
      discriminator: "[{upsample: 64}, {upsample: 2}, self_attention, flatten, {linear: 1}]",
      "self_attention over 256×256 places needs a table of 65536² numbers a sample = "
        + "after layer 1 (upsample): 1×256×256 = put it where images are 64×64 or smaller"),
    Misfit(
      discriminator: "[flatten, {linear: 1}, sigmoid]", loss: "two_class",
      "discriminator gives 1 number a sample, the loss two_class takes 2 scores = "
        + "after layer 2 (sigmoid): 1 = end with `linear: 2` (before a closing `softmax`)"),
    Misfit(
      schedule: "accumulate: 5", "a batch of 4 images does not divide into 5 parts"),
    Misfit(
      schedule: "momentum_ramp: {to: 0.7, over: 5}",
      optimizer: "{kind: adam, generator: {kind: sgd, learning_rate: 1}}",
      "adam has no momentum that could change = momentum ramps are for sgd and rmsprop"),
    // Beyond what any machine holds.
    Misfit(
      generator: "[{linear: 1000000}, {linear: 1000000}]",
      "generator.1.weight would be [1000000, 1000000]: too many numbers = "
        + "after layer 0 (linear): 1000000"),
    Misfit(
      discriminator: "[{upsample: 64}, {upsample: 64}, {upsample: 64}, flatten, {linear: 1}]",
      "1×524288×524288 numbers a sample are too many = after layer 1 (upsample): 1×8192×8192"),
    Misfit(
      generator: "[{linear: 5}]", discriminator: "[flatten]",
      "generator makes vectors of 5, data has 1×2×2 images = after layer 0 (linear): 5 = "
        + "1×2×2 images have 4 pixels: end with `linear: 4` and `image: {channels: 1, size: 2}`",
      "discriminator gives 4 numbers a sample, the loss cross_entropy takes one score = "
        + "after layer 0 (flatten): 4 = " + endWithOne),
  ]
}

/// The same on vectors of two numbers.
struct VectorMisfit: CustomTestStringConvertible {
  var generator = "[{linear: 2}]"
  var discriminator = "[{linear: 1}]"
  var more = ""
  var augment = "[]"
  var loss = "cross_entropy"
  var penalties = "[]"
  let said: [String]
  var testDescription: String { "\(generator) against \(discriminator)\(more), \(augment)" }

  static let all = [
    VectorMisfit(said: []),
    VectorMisfit(discriminator: "[flatten, {linear: 1}]", said: []),
    VectorMisfit(
      generator: "[{linear: 3}]",
      said: [
        "generator makes vectors of 3, the data are vectors of 2 = after layer 0 (linear): 3 = "
          + "end with `linear: 2`"
      ]),
    VectorMisfit(
      generator: "[{linear: 4}, {image: {channels: 1, size: 2}}]",
      said: [
        "generator makes 1×2×2 images, the data are vectors of 2 = after layer 1 (image): 1×2×2 = "
          + "end with `linear: 2`"
      ]),
    VectorMisfit(
      discriminator: "[{conv: 4}, flatten, {linear: 1}]",
      said: [
        "conv takes images, but vectors of 2 come in = discriminator starts from 2 = "
          + "put `image: {channels: …, size: …}` before it"
      ]),
    VectorMisfit(
      more: ", size: 32, range: [0, 1]",
      said: [
        "data.size resizes images, and the data are vectors of 2 = leave `size` out",
        "data.range scales images, and the data are vectors of 2, which are fed as they are = "
          + "leave `range` out",
      ]),
    VectorMisfit(
      discriminator: "[{heads: {reconstruction: [{linear: 2}]}}]", loss: "began", said: []),
    VectorMisfit(
      discriminator: "[{heads: {reconstruction: [{linear: 3}]}}]", loss: "began",
      said: [
        "discriminator makes 3 numbers a sample, the loss began compares them with the data's "
          + "vectors of 2 = after layer 0.reconstruction.0 (linear): 3 = end with `linear: 2`"
      ]),
    VectorMisfit(
      penalties: "[dragan, {dragan: {norm: place}}]",
      said: [
        "dragan: norm: place is over the channels at each place, and the data are vectors of 2 = "
          + "write `norm: sample`"
      ]),
    VectorMisfit(
      penalties: "[total_variation]",
      said: [
        "total_variation: the data are vectors of 2, which have no neighbours = take the penalty out"
      ]),
    VectorMisfit(
      augment: "[flip]",
      said: ["flip changes images, and the data are vectors of 2 = leave `flip` out of `augment`"]),
  ]
}

@Suite struct ShapeCheckTests {
  @Test(arguments: VectorMisfit.all)
  func networksThatDoNotFitVectorsAreRefusedToo(_ misfit: VectorMisfit) throws {
    let game = try loadExperiment(
      text: """
        version: 1
        name: test
        data: {source: nothing\(misfit.more)}
        augment: \(misfit.augment)
        architecture: {generator: \(misfit.generator), discriminator: \(misfit.discriminator)}
        loss: \(misfit.loss)
        penalties: \(misfit.penalties)
        optimizer: {kind: sgd, learning_rate: 0.1}
        schedule: {length: 1 epochs}
        """, vocabulary: vocabulary
    ).get()
    var said: [String] = []
    do throws(Diagnostics) {
      _ = try TrainingProgram(game, format: .vector(length: 2))
    } catch {
      said = error.entries.map { entry in
        ([entry.message] + entry.notes).joined(separator: " = ")
      }
    }
    #expect(said == misfit.said)
  }

  @Test(arguments: Misfit.all + Misfit.critics)
  func networksThatDoNotFitAreRefusedWithAReasonAndAdvice(_ misfit: Misfit) throws {
    let game = try smallGame(
      generator: misfit.generator, discriminator: misfit.discriminator, loss: misfit.loss,
      optimizer: misfit.optimizer, schedule: "{length: 1 epochs, \(misfit.schedule)}",
      latent: misfit.latent, rest: misfit.rest)
    let images = ImageFormat(channels: 1, height: misfit.size, width: misfit.size)
    var said: [String] = []
    do throws(Diagnostics) {
      _ = try TrainingProgram(game, images: images)
    } catch {
      said = error.entries.map { entry in
        ([entry.message] + entry.notes).joined(separator: " = ")
      }
    }
    #expect(said == misfit.said)
  }
}
