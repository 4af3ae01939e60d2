import Spec

@testable import ModelBuilder

/// What these tests may write: the catalog, and a data source that is never read.
let vocabulary = Catalog.vocabulary(sources: [Declaration("nothing", "No images")])

/// A spec as text with the keys that no test here is about.
func loaded(_ text: String) throws -> Experiment {
  try loadExperiment(
    text: "version: 1\nname: test\ndata: {source: nothing, batch: 4}\n" + text,
    vocabulary: vocabulary
  ).get()
}

func choice(_ text: String, _ category: Spec.Category) throws -> Choice {
  try loadChoice(text, category, vocabulary: vocabulary).get()
}

/// A game on 2×2 images that differs from the plainest in what is said.
func smallGame(
  generator: String = "[{linear: 4}, {image: {channels: 1, size: 2}}]",
  discriminator: String = "[flatten, {linear: 1}]", initializers: String = "{}",
  loss: String = "cross_entropy", optimizer: String = "{kind: sgd, learning_rate: 0.1}",
  schedule: String = "{length: 1 epochs}", latent: String = "{size: 3}", rest: String = ""
) throws -> Experiment {
  try loaded(
    """
    latent: \(latent)
    architecture:
      generator: \(generator)
      discriminator: \(discriminator)
      init: \(initializers)
    loss: \(loss)
    optimizer: \(optimizer)
    schedule: \(schedule)
    \(rest)
    """)
}

let smallImages = ImageFormat(channels: 1, height: 2, width: 2)

/// Whose states a loss's are in a game of one critic.
let someCritic = StateKeeper(network: "discriminator", prefix: "")
