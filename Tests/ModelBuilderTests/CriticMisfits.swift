/// Critics that cannot serve their loss or their penalties, and what is said of them.
extension Misfit {
  private static let autoencoder = "[flatten, {linear: 4}, {image: {channels: 1, size: 2}}]"
  private static let scoreOnly = "[flatten, {heads: {score: [{linear: 1}]}}]"
  private static let noSlope =
    "an autoencoder critic gives images, not a score whose slope could be held = "
    + "take the penalty out, or a loss that wants a score"
  private static let notLast = " = make it the last entry of `architecture.discriminator`"

  private static func withHeads(_ heads: String) -> String {
    "[flatten, {heads: {\(heads)}}]"
  }

  private static func classified(_ heads: String, _ rest: String, _ said: String...) -> Misfit {
    Misfit(
      discriminator: withHeads(heads), rest: rest, said: said)
  }

  static let critics = [
    // What fits.
    Misfit(discriminator: autoencoder, loss: "began"),
    Misfit(discriminator: scoreOnly, rest: "penalties: [gradient_penalty, r1]"),
    classified(
      "score: [{linear: 1}], class: [{linear: 3}]",
      "labels: {classes: 3}\npenalties: [classification]"),
    // A loss and a critic.
    Misfit(
      discriminator: "[flatten, {linear: 8}, {image: {channels: 2, size: 2}}]",
      "discriminator gives 2×2×2 numbers a sample, the loss cross_entropy takes one score = "
        + "after layer 2 (image): 2×2×2 = end with `linear: 1` (before a closing `sigmoid`), or "
        + "with a `conv` of one channel"),
    Misfit(
      loss: "began",
      "discriminator makes 1 number a sample, the loss began compares them with the data's 1×2×2 "
        + "= after layer 1 (linear): 1 = end with layers that restore 1×2×2 images"),
    Misfit(
      discriminator: "[{upsample: 2}]", loss: "ebgan",
      "discriminator makes 1×4×4 images, the loss ebgan compares them with the data's 1×2×2 = "
        + "after layer 0 (upsample): 1×4×4 = end with layers that restore 1×2×2 images"),
    Misfit(
      discriminator: withHeads("reconstruction: [{linear: 4}, {image: {channels: 1, size: 2}}]"),
      loss: "hinge",
      "the critic is an autoencoder, the loss hinge takes a score = "
        + "after layer 1.reconstruction.1 (image): 1×2×2 = "
        + "give `heads` a `score`, or take the loss `began` or `ebgan`"),
    Misfit(
      discriminator: scoreOnly, loss: "began",
      "the critic gives a score, the loss began takes an autoencoder = "
        + "after layer 1.score.0 (linear): 1 = "
        + "give `heads` a `reconstruction` in place of the `score`"),
    Misfit(
      discriminator: withHeads("score: [{linear: 2}]"),
      "discriminator gives 2 numbers a sample, the loss cross_entropy takes one score = "
        + "after layer 1.score.0 (linear): 2 = end with `linear: 1` (before a closing "
        + "`sigmoid`), or with a `conv` of one channel"),
    Misfit(
      discriminator: autoencoder, loss: "began", schedule: "accumulate: 2",
      "the controller of began follows whole batches"),
    // Penalties on an autoencoder.
    Misfit(
      discriminator: autoencoder, loss: "began",
      rest:
        "penalties: [gradient_penalty, dragan, r1, r2, wasserstein_divergence, {clip: 0.1}]",
      "gradient_penalty: " + noSlope, "dragan: " + noSlope, "r1: " + noSlope, "r2: " + noSlope,
      "wasserstein_divergence: " + noSlope),
    Misfit(
      discriminator: autoencoder, loss: "ebgan", rest: "penalties: [pull_away]",
      "pull_away: the critic has no heads, so it is not known which of its layers gives the code = "
        + "end the layers before `heads` with the code, as in "
        + "`[…, {linear: 32}, {heads: {reconstruction: […]}}]`"),
    Misfit(
      discriminator: "[{heads: {score: [flatten, {linear: 1}]}}]", rest: "penalties: [pull_away]",
      "pull_away: the critic's heads look at images, not at codes = end the layers before `heads` "
        + "with the code, as in `[…, {linear: 32}, {heads: {reconstruction: […]}}]`"),
    // Heads and those who listen.
    classified(
      "score: [{linear: 1}], class: [{linear: 3}]", "labels: {classes: 3}",
      "nobody listens to the head `class` = "
        + "add `classification` to penalties, or take the head out"),
    classified(
      "score: [{linear: 1}], class: [{linear: 3}]", "penalties: [classification]",
      "classification: there are no labels to name = write `labels: {classes: 10}`"),
    classified(
      "score: [{linear: 1}]", "labels: {classes: 3}\npenalties: [classification]",
      "classification: the critic has no head `class` = end architecture.discriminator with "
        + "`heads: {score: […], class: [{linear: 3}]}`"),
    classified(
      "score: [{linear: 1}], class: [{linear: 4}, softmax]",
      "labels: {classes: 3}\npenalties: [classification]",
      "the head `class` gives 4 numbers, labels.classes is 3 = end it with `linear: 3`"),
    classified(
      "score: [{linear: 1}], continuous: [{linear: 2}]", "penalties: [information]",
      "information: there are no latent codes to tell = "
        + "write `latent: {codes: {categorical: [10], continuous: 2}}`"),
    Misfit(
      discriminator: withHeads("score: [{linear: 1}], continuous: [{linear: 2}]"),
      latent: "{size: 3, codes: {categorical: [4, 5], continuous: 3}}",
      rest: "penalties: [information]",
      "the head `continuous` gives 2 numbers, latent.codes.continuous is 3 = "
        + "end it with `linear: 3`",
      "information: the critic has no head `categorical` = end architecture.discriminator with "
        + "`heads: {score: […], categorical: [{linear: 9}]}`"),
    Misfit(
      discriminator: withHeads("score: [{linear: 1}], categorical: [{linear: 8}]"),
      latent: "{size: 3, codes: {categorical: [4, 5]}}", rest: "penalties: [information]",
      "the head `categorical` gives 8 numbers, the categorical codes have 9 values = "
        + "end it with `linear: 9`"),
    // Heads in the wrong place.
    Misfit(
      generator: "[{heads: {score: [{linear: 4}]}}]",
      "heads close a discriminator; here there is one way only = generator starts from 3"
        + notLast),
    Misfit(
      discriminator: "[{heads: {score: [{linear: 1}]}}, flatten]",
      "heads close a discriminator; here there is one way only = discriminator starts from 1×2×2"
        + notLast),
    Misfit(
      discriminator: withHeads("score: [{heads: {score: [{linear: 1}]}}]"),
      "heads close a discriminator; here there is one way only = after layer 0 (flatten): 4"
        + notLast),
    Misfit(
      discriminator: withHeads("score: [{conv: 1}]"),
      "conv takes images, but vectors of 4 come in = after layer 0 (flatten): 4 = "
        + "put `image: {channels: …, size: …}` before it"),
  ]
}
