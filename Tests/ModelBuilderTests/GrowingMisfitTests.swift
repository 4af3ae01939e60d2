import Spec
import Testing

@testable import ModelBuilder

/// Networks that cannot grow, and what is said of them.
struct GrowingMisfit: CustomTestStringConvertible {
  let testDescription: String
  var networks = GrowingNetworks()
  /// Message and notes of each diagnostic, `message = note = note`.
  let said: [String]

  init(_ title: String, _ change: (inout GrowingNetworks) -> Void, _ said: String...) {
    (testDescription, self.said) = (title, said)
    change(&networks)
  }

  private static let plain = "[{linear: 64}, {image: {channels: 1, size: 8}}]"
  private static let needsGrow = "make each size of image a `grow` entry of architecture."

  static let all = [
    GrowingMisfit("nothing wrong", { _ in }),
    GrowingMisfit(
      "a generator that does not grow", { $0.generator = plain },
      "schedule.growing: the generator has no levels = \(needsGrow)generator"),
    GrowingMisfit(
      "a critic that does not grow", { $0.discriminator = "[flatten, {linear: 1}]" },
      "schedule.growing: the discriminator has no levels = \(needsGrow)discriminator"),
    GrowingMisfit(
      "no schedule", { $0.growing = "none" },
      "grow makes the generator grow, and no schedule says when = write `schedule: {growing: {fade: "
        + "800k images, stable: 800k images}}`",
      "grow makes the discriminator grow, and no schedule says when = write `schedule: {growing: "
        + "{fade: 800k images, stable: 800k images}}`"),
    GrowingMisfit(
      "a level more in one network",
      {
        $0.discriminator = """
          [{grow: {from_image: [{conv: {channels: 3, kernel: 1}}], layers: [average_pool]}},
           {grow: {from_image: [{conv: {channels: 3, kernel: 1}}]}}, flatten, {linear: 1}]
          """
      },
      "the generator has 3 levels, the discriminator 2 = each size of image is a `grow` in both"),
    GrowingMisfit(
      "one level",
      {
        $0.generator =
          "[{linear: 64}, {image: {channels: 1, size: 8}}, {grow: {to_image: [tanh]}}]"
        $0.discriminator = "[{grow: {from_image: [tanh]}}, flatten, {linear: 1}]"
      }, "there is one level, and none to grow to = add a `grow` to both networks"),
    GrowingMisfit(
      "a plain layer behind the levels of a generator",
      { $0.generator = $0.generator.dropLast() + ", tanh]" },
      "a generator's plain layers come before its levels, `tanh` does not = put it into the `layers` "
        + "or the `to_image` of a level"),
    GrowingMisfit(
      "a plain layer before the levels of a critic",
      { $0.discriminator = "[{noise: 0.1}, " + $0.discriminator.dropFirst() },
      "a critic's plain layers come after its levels, `noise` does not = put it into the `layers` or "
        + "the `from_image` of a level"),
    GrowingMisfit(
      "a critic's level in a generator",
      {
        $0.generator = $0.generator.replacing(
          "{grow: {to_image", with: "{grow: {from_image", maxReplacements: 1)
      },
      "a generator's level needs `to_image`, this one has `from_image`"),
    GrowingMisfit(
      "an odd size", { $0.size = 6 },
      "1×6×6 images cannot be halved 2 times, as 3 levels take = fewer levels, or a data.size that 4 "
        + "divides"),
    GrowingMisfit(
      "too many lengths",
      { $0.growing = "{fade: [1 epochs, 2 epochs, 3 epochs], stable: 1 epochs}" },
      "schedule.growing.fade has 3 lengths for 2 levels that fade in = write one for all, or 2"),
    GrowingMisfit(
      "a length for the last level, which has none",
      { $0.growing = "{stable: [1 epochs, 2 epochs, 3 epochs]}" },
      "schedule.growing.stable has 3 lengths for 2 levels that make way for a next one = write one for "
        + "all, or 2"),
    GrowingMisfit(
      "a first level of another size",
      {
        $0.generator = $0.generator.replacing(
          "{channels: 2, size: 2}", with: "{channels: 8, size: 1}")
      },
      "level 1 of 3 makes 1×1×1 images, its images are 1×2×2 = after layer 3.to_image.0 (conv): 1×1×1 = "
        + "the first level makes the data's 1×8×8 images halved 2 times"),
    GrowingMisfit(
      "a level that does not double",
      { $0.generator = $0.generator.replacing("upsample, ", with: "") },
      "level 2 of 3 makes 1×2×2 images, its images are 1×4×4 = after layer 4.to_image.1 (tanh): 1×2×2 = "
        + "`layers` of a level double what comes in, with `upsample: 2` or a `conv_transpose` of stride "
        + "2; `to_image` ends in 1 channel"),
    GrowingMisfit(
      "a level of two channels",
      {
        $0.generator = $0.generator.replacing(
          "{conv: {channels: 1, kernel: 1}}, tanh", with: "{conv: {channels: 2, kernel: 1}}, tanh")
      },
      "level 2 of 3 makes 2×4×4 images, its images are 1×4×4 = after layer 4.to_image.1 (tanh): 2×4×4 = "
        + "`layers` of a level double what comes in, with `upsample: 2` or a `conv_transpose` of stride "
        + "2; `to_image` ends in 1 channel"),
    GrowingMisfit(
      "a critic's level that does not halve",
      { $0.discriminator = $0.discriminator.replacing(", average_pool", with: "") },
      "level 3 of 3 hands on 3×8×8, level 2 makes 3×4×4 of an image: the two cannot be blended = after "
        + "layer 1.from_image.0 (conv): 3×4×4 = `layers` of a critic's level end in what the next one's "
        + "`from_image` makes, half as high and wide as they begin: with `average_pool: 2` or a `conv` "
        + "of stride 2"),
    GrowingMisfit(
      "a critic's level of other channels",
      {
        $0.discriminator = $0.discriminator.replacing(
          "{channels: 2, kernel: 2", with: "{channels: 4, kernel: 2")
      },
      "level 2 of 3 hands on 4×2×2, level 1 makes 2×2×2 of an image: the two cannot be blended = after "
        + "layer 2.from_image.1 (tanh): 2×2×2 = `layers` of a critic's level end in what the next one's "
        + "`from_image` makes, half as high and wide as they begin: with `average_pool: 2` or a `conv` "
        + "of stride 2"),
    GrowingMisfit(
      "a kernel that does not fit a level",
      {
        $0.discriminator = $0.discriminator.replacing(
          "[{conv: {channels: 2, kernel: 1}}, tanh]}}", with: "[{conv: {channels: 2, kernel: 5}}]}}"
        )
      },
      "a 5×5 kernel does not fit into 1×2×2 images = after layer 1.1 (conv): 2×2×2 = a smaller kernel, "
        + "more padding, or fewer stride-2 layers before it"),
    GrowingMisfit(
      "a critic that gives two numbers",
      { $0.discriminator = $0.discriminator.dropLast(12) + "{linear: 2}]" },
      "discriminator gives 2 numbers a sample, the loss wasserstein takes one score = after layer 7 "
        + "(linear): 2 = end with `linear: 1` (before a closing `sigmoid`), or with a `conv` of one "
        + "channel"),
    GrowingMisfit(
      "an autoencoder",
      {
        $0.loss = "began"; $0.rest = ""
      },
      "the loss began takes an autoencoder, which cannot grow: what it makes of an image has one size = "
        + "take a loss that wants a score"),
    GrowingMisfit(
      "a level inside another layer",
      {
        $0.generator = "[{residual: [{grow: {to_image: [tanh]}}]}]"; $0.growing = "none"
        $0.discriminator = "[flatten, {linear: 1}]"
      },
      "grow is a level of a whole network; here it stands inside another layer = generator starts from "
        + "3 = make it an entry of `architecture.generator` or `architecture.discriminator`"),
  ]
}

@Suite struct GrowingMisfitTests {
  @Test(arguments: GrowingMisfit.all)
  func networksThatCannotGrowAreRefusedWithAReasonAndAdvice(
    _ misfit: GrowingMisfit
  ) throws {
    var said: [String] = []
    let experiment = try misfit.networks.experiment
    let size = misfit.networks.size
    do throws(Diagnostics) {
      _ = try TrainingProgram(
        experiment, images: ImageFormat(channels: 1, height: size, width: size))
    } catch {
      said = error.entries.map { entry in
        ([entry.message] + entry.notes).joined(separator: " = ")
      }
    }
    #expect(said == misfit.said)
  }

  @Test func vectorsCannotGrow() throws {
    let experiment = try GrowingNetworks().experiment
    let error = #expect(throws: Diagnostics.self) {
      try TrainingProgram(experiment, format: .vector(length: 2))
    }
    #expect(
      error?.entries.map(\.message) == ["images grow, and the data are vectors of 2"])
  }

  static let ways: [(String, String)] = [
    ("grow", "grow needs `to_image` in a generator, `from_image` in a critic"),
    ("{grow: {layers: [tanh]}}", "grow needs `to_image` in a generator, `from_image` in a critic"),
    (
      "{grow: {to_image: [tanh], from_image: [tanh]}}",
      "grow has `to_image` or `from_image`, not both"
    ),
  ]

  @Test(arguments: ways)
  func aLevelGoesOneWay(_ text: String, _ said: String) {
    var messages: [String] = []
    if case .failure(let diagnostics) = loadChoice(text, .layer, vocabulary: vocabulary) {
      messages = diagnostics.entries.map(\.message)
    }
    #expect(messages == [said])
  }

  /// Length of the run, what `growing` says, and the warning.
  static let lengths: [(String, String, String?)] = [
    ("401 images", "{fade: 100 images, stable: 100 images}", nil),
    (
      "400 images", "{fade: 100 images, stable: 100 images}",
      "the run ends after 400 images, and its last level plays alone only from 400 on"
    ),
    ("90 steps", "{fade: 50 images, stable: [40 steps, 20 steps]}", nil),
    (
      "85 steps", "{fade: 50 images, stable: [40 steps, 20 steps]}",
      "the run ends after 340 images, and its last level plays alone only from 340 on"
    ),
    (
      "5 epochs", "{fade: 1 epochs, stable: 2 epochs}",
      "the run ends after 5 epochs, and its last level plays alone only from 6 on"
    ),
    // How many images an epoch has is not known here; the run itself says so.
    ("5 epochs", "{fade: 1 epochs, stable: 2 images}", nil),
  ]

  @Test(arguments: lengths)
  func aRunThatEndsBeforeItsLastLevelIsWarnedOf(
    _ length: String, _ growing: String, _ said: String?
  ) throws {
    var networks = GrowingNetworks()
    (networks.length, networks.growing) = (length, growing)
    let program = try networks.program
    #expect(program.warnings.map(\.message) == [said].compactMap(\.self))
    #expect(program.warnings.allSatisfy { $0.severity == .warning })
  }
}
