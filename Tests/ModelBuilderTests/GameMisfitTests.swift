import Spec
import Testing

@testable import ModelBuilder

/// A game that is changed, and everything that is then said of it.
struct WrongPlay: CustomTestStringConvertible, Sendable {
  let name: String
  /// Old and new text.
  let changes: [(old: String, new: String)]
  /// `line:column message = note = note` each.
  let said: [String]

  init(_ name: String, _ changes: [(String, String)], _ said: String...) {
    (self.name, self.changes, self.said) = (name, changes.map { (old: $0.0, new: $0.1) }, said)
  }

  var testDescription: String { name }

  static let good = """
    version: 1
    name: test
    data:
      batch: 4
      sources:
        images: {size: 2, classes: 10, source: nothing}
    latents: {z: {size: 3}, y: {classes: 10}}
    networks:
      generator: [{linear: 4}, {image: {channels: 1, size: 2}}]
      encoder: [flatten, {linear: 3}]
      critic: [flatten, {mark: hidden}, {linear: 1}]
    values:
      made: generator(z)
      code: encoder(images)
    terms:
      game: {adversarial: {loss: hinge, critic: critic, real: images, fake: made}}
      near: {distance: {of: code, from: z}}
    moves:
      - {networks: [critic]}
      - {networks: [generator]}
      - {networks: [encoder]}
    optimizer: {kind: sgd, learning_rate: 0.1}
    schedule: {length: 1 steps}
    """

  var text: String {
    changes.reduce(Self.good) { text, change in
      if !text.contains(change.old) { Issue.record("\(name): there is no \(change.old)") }
      return text.replacing(change.old, with: change.new)
    }
  }
}

extension WrongPlay {
  private static let pairs: [(String, String)] = [
    (
      "critic: [flatten, {mark: hidden}, {linear: 1}]",
      "critic: {inputs: [c], layers: [flatten, {concat_input: c}, {linear: 1}]}"
    ), ("real: images, fake: made", "real: '(images, code)', fake: '(made, z)'"),
  ]
  private static let ofCodes: [(String, String)] = [
    ("real: images, fake: made", "real: z, fake: code"),
    ("[flatten, {mark: hidden}", "[{mark: hidden}"),
    ("  - {networks: [generator]}\n", ""), ("[encoder]", "[encoder, generator]"),
    ("  near:", "  far: {distance: {of: generator(z), from: images}}\n  near:"),
  ]
  private static func term(_ text: String) -> (String, String) { ("  near:", "  \(text)\n  near:") }
  private static let oneScore =
    "end it with `linear: 1` (before a closing `sigmoid`), or with a `conv` of one channel"
  private static func numbers(_ classes: String) -> String {
    "\(classes) are classes, and numbers are wanted = write \(classes).one_hot, or `label: \(classes)` in "
      + "the call of a network"
  }

  /// Values.
  static let values: [WrongPlay] = [
    WrongPlay("nothing is wrong", []),
    WrongPlay(
      "a part of a network without any", [("of: code", "of: code.mean")],
      "17:3 encoder(images) has no part `mean` = name a place of the network by the layer "
        + "`mark: mean`"),
    WrongPlay(
      "a part that is called otherwise",
      [("of: code", "of: code.mean"), ("{linear: 3}", "{linear: 3}, {mark: late}, {mark: early}")],
      "17:3 encoder(images) has no part `mean` = there are early, late"),
    WrongPlay(
      "one_hot of numbers", [("generator(z)", "generator(z.one_hot)")],
      "13:3 z are no classes, which `one_hot` makes vectors of"),
    WrongPlay(
      "one_hot of what only carries classes",
      [("generator(z)", "'generator(z, label: y)'"), ("of: code", "of: encoder(made.one_hot)")],
      "17:3 generator(z, label: y) are no classes, which `one_hot` makes vectors of"),
    WrongPlay(
      "several values as one",
      [("encoder(images)\n", "encoder(images)\n  pair: (z, code)\n"), ("of: code", "of: pair")],
      "18:3 (z, encoder(images)) are several values, and one is asked for = join them: "
        + "[z, encoder(images)]"),
    WrongPlay(
      "several values by a name, for a critic that takes them",
      pairs + [
        ("encoder(images)\n", "encoder(images)\n  seen: (images, code)\n"),
        ("real: '(images, code)'", "real: seen"),
      ]),
    WrongPlay(
      "values of different size joined", [("of: code", "of: '[code, images]'")],
      "17:3 [encoder(images), images] joins 3 and 1×2×2, which are not of one size"),
    WrongPlay(
      "classes joined", [("of: code", "of: '[code, y]'")], "17:3 \(numbers("y"))"),
    WrongPlay("classes into a network", [("generator(z)", "generator(y)")], "13:3 \(numbers("y"))"),
    WrongPlay(
      "classes into a network behind others",
      pairs + [("(made, z)", "(made, y)")],
      "16:3 \(numbers("y"))"),
    WrongPlay(
      "classes of a source", [("from: z", "from: images.label")], "17:3 \(numbers("images.label"))"),
    WrongPlay("classes judged", ofCodes + [("real: z", "real: y")], "16:3 \(numbers("y"))"),
    WrongPlay(
      "a network of two sizes", [("of: code", "of: encoder(images.label.one_hot)")],
      "17:3 `encoder` is called with samples of two sizes, or labels of different classes, and "
        + "encoder.1.weight goes with one of them = give each a network of its own: `{like: encoder}`"
    ),
    WrongPlay(
      "a critic that is a network of another size",
      [
        ("of: code", "of: '[critic(z), critic(z), code]'"),
        ("[encoder]", "[encoder, critic], name: both"),
      ],
      "17:3 `critic` is called with samples of two sizes, or labels of different classes, and "
        + "critic.2.weight goes with one of them = give each a network of its own: `{like: critic}`"
    ),
    WrongPlay(
      "a layer that does not fit", [("encoder: [flatten, ", "encoder: [")],
      "10:14 linear takes vectors, but 1×2×2 images come in = put `flatten` before it"),
    WrongPlay(
      "an input that the network does not have",
      pairs + [("{concat_input: c}", "{concat_input: d}")],
      "11:44 the network has no input `d`: behind the first it has `c` = write `inputs: [d]` on the "
        + "network"),
    WrongPlay(
      "two places of one name", [("{mark: hidden}", "{mark: hidden}, {mark: hidden}")],
      "11:38 `hidden` is the name of two places, here and at critic.1 = give each a name of its own"
    ),
    WrongPlay(
      "a source that cannot be changed so",
      [
        ("nothing}", "nothing}\n    half: {of: images, resize: 1, half: left}"),
        ("encoder(images)", "encoder(half)"),
      ], "15:3 a width of 1 has no halves = give the source an even size: `size:`"),
    WrongPlay(
      "two at once",
      [("encoder: [flatten, ", "encoder: ["), ("[{linear: 4}, {image", "[{image")],
      "9:16 an image of 1×2×2 has 4 pixels, but vectors of 3 come in = put `linear: 4` before it",
      "10:14 linear takes vectors, but 1×2×2 images come in = put `flatten` before it"),
  ]

  /// Terms and moves.
  static let terms: [WrongPlay] = [
    WrongPlay(
      "a critic that steps with those it judges",
      [("[critic]}", "[critic, generator]}"), ("  - {networks: [generator]}\n", "")],
      "16:3 the move critic_generator steps the critic critic and what it judges down the same term = "
        + "give the critic a move of its own"),
    WrongPlay(
      "two columns of one name",
      [("[encoder]}", "[encoder], terms: [near], columns: critic_loss}")],
      "21:5 losses.csv would have two columns `critic_loss`: of the move `encoder` and of the move `critic`"
    ),
    WrongPlay(
      "a column that losses.csv has already",
      [("[encoder]}", "[encoder], terms: [near], name: step}")],
      "21:5 losses.csv would have two columns `step`: of the move `step` and of the number of rounds"
    ),
    WrongPlay(
      "a move without a term", [("[generator]}", "[generator], without: [game]}")],
      "20:5 the move generator steps down no term = no term depends on its networks and asks something "
        + "of them"),
    WrongPlay(
      "a move with a term that asks nothing of it",
      [term("slope: {r1: 1}"), ("[generator]}", "[generator], without: [game]}")],
      "21:5 the move generator steps down no term = no term depends on its networks and asks something "
        + "of them"),
    WrongPlay(
      "a penalty on the critic in a maker's move",
      [term("slope: {r1: 1}"), ("[generator]}", "[generator], terms: [game, slope]}")],
      "17:3 r1 asks nothing of who makes its fakes, which the move generator steps = take it out of the "
        + "move's `terms`"),
    WrongPlay(
      "a penalty on makers in the critic's move",
      [term("like: {l1_to_real: 1}"), ("[critic]}", "[critic], terms: [game, like]}")],
      "17:3 l1_to_real asks nothing of the critic critic, which the move critic steps = take it out of "
        + "the move's `terms`"),
    WrongPlay(
      "a frozen network that nothing calls",
      [("  critic: [", "  other: {layers: [relu], frozen: true}\n  critic: [")],
      "11:3 nothing asks for `other`"),
    WrongPlay(
      "a frozen network that only a value calls for which nobody asks",
      [
        ("  critic: [", "  other: {layers: [flatten, {linear: 1}], frozen: true}\n  critic: ["),
        ("encoder(images)\n", "encoder(images)\n  seen: other(images)\n"),
      ], "11:3 nothing asks for `other`"),
    WrongPlay(
      "a frozen network whose batch norm sees one sample",
      [
        ("batch: 4", "batch: 1"), ("  - {networks: [encoder]}\n", ""),
        (
          "encoder: [flatten, {linear: 3}]",
          "encoder: {layers: [flatten, batch_norm, {linear: 3}], frozen: true}"
        ), ("of: code", "of: encoder(made)"),
      ]),
    WrongPlay(
      "a frozen critic of fakes that are not as what is real",
      [
        (
          "critic: [flatten, {mark: hidden}, {linear: 1}]",
          "critic: {layers: [flatten, {linear: 1}], frozen: true}"
        ), ("  - {networks: [critic]}\n", ""), ("loss: hinge", "loss: relativistic"),
        (
          "{linear: 4}, {image: {channels: 1, size: 2}}",
          "{linear: 16}, {image: {channels: 1, size: 4}}"
        ),
      ],
      "16:3 what is real is 1×2×2, what is fake is 1×4×4: the critic would tell them apart by that"),
    WrongPlay(
      "one batch of what is not alike, in the makers' move, which comes first",
      [
        ("generator: [{linear: 4}, {image: {channels: 1, size: 2}}]", "generator: [{linear: 4}]"),
        ("real: images, fake: made", "real: code, fake: made, critic_batch: joint"),
        ("[flatten, {mark: hidden}, {linear: 1}]", "[{mark: hidden}, {linear: 1}]"),
        (
          "  - {networks: [critic]}\n  - {networks: [generator]}\n  - {networks: [encoder]}",
          "  - {networks: [generator, encoder]}\n  - {networks: [critic]}"
        ),
      ],
      "16:3 what is real is 3, what is fake is 4: the critic would tell them apart by that"),
    WrongPlay(
      "a frozen critic with a pool",
      [
        (
          "critic: [flatten, {mark: hidden}, {linear: 1}]",
          "critic: {layers: [flatten, {linear: 1}], frozen: true}"
        ), ("  - {networks: [critic]}\n", ""),
        ("fake: made", "fake: made, critic_sees: {pool: 4}"),
      ],
      "16:3 a pool is for a critic that learns, and critic is frozen = take `pool` out"),
    WrongPlay(
      "a network with batch norm of two sizes, called once more",
      [
        ("encoder: [flatten, {linear: 3}]", "encoder: [batch_norm]"),
        (
          "code: encoder(images)",
          "code: encoder(z)\n  other: encoder(y.one_hot)\n  third: encoder(z)"
        ),
      ],
      "15:3 `encoder` is called with samples of two sizes, or labels of different classes, and "
        + "encoder.0.weight goes with one of them = give each a network of its own: `{like: encoder}`"
    ),
    WrongPlay(
      "the variation of vectors", [term("even: {total_variation: {of: code}}")],
      "17:3 code are vectors, which have no neighbours = take the term out"),
    WrongPlay(
      "a pool of samples with labels",
      [
        ("generator(z)", "'generator(z, label: y)'"),
        ("fake: made", "fake: made, critic_sees: {pool: 4}"),
      ], "16:3 a pool keeps samples alone, and made comes with labels = take `pool` out"),
    WrongPlay(
      "a pool of samples with other inputs",
      pairs + [("fake: '(made, z)'", "fake: '(made, z)', critic_sees: {pool: 4}")],
      "16:3 a pool keeps samples alone, and (made, z) comes with other inputs = take `pool` out"),
    WrongPlay(
      "fakes of another size",
      [
        (
          "{linear: 4}, {image: {channels: 1, size: 2}}",
          "{linear: 16}, {image: {channels: 1, size: 4}}"
        )
      ],
      "16:3 what is real is 1×2×2, what is fake is 1×4×4: the critic would tell them apart by that"),
    WrongPlay(
      "codes of another size", pairs + [("(made, z)", "(made, made)")],
      "11:44 the input `c` is 1×2×2 images, and vectors of 4 come in = put the layer where images pass, or "
        + "let another network make vectors of the input",
      "16:3 what is real is 3, what is fake is 1×2×2: the critic would tell them apart by that"),
    WrongPlay(
      "a critic of two numbers", [("{linear: 1}", "{linear: 2}")],
      "16:3 critic gives 2 numbers a sample, the loss hinge takes one score = \(oneScore)"),
    WrongPlay(
      "a critic of one number for a loss of two", [("loss: hinge", "loss: two_class")],
      "16:3 critic gives 1 number a sample, the loss two_class takes 2 scores = end it with `linear: 2` "
        + "(before a closing `softmax`)"),
    WrongPlay(
      "a score for a loss that compares images", [("loss: hinge", "loss: {kind: ebgan}")],
      "16:3 critic makes 1 of 1×2×2, the loss ebgan compares the two = end it with layers that restore "
        + "what it judges"),
    WrongPlay(
      "one of two critics",
      [
        ("{linear: 1}]\n", "{linear: 1}]\n  eye: [flatten, {linear: 2}]\n"),
        term("second: {adversarial: {loss: hinge, critic: eye, real: images, fake: made}}"),
        ("[critic]}", "[critic, eye]}"),
      ], "18:3 eye gives 2 numbers a sample, the loss hinge takes one score = \(oneScore)"),
    WrongPlay(
      "codes that are changed as images are",
      ofCodes + [("schedule", "augment: [flip]\nschedule")],
      "16:3 `augment` changes images, and critic judges vectors = take `augment` out"),
    WrongPlay(
      "the slope of an autoencoder",
      [
        ("loss: hinge", "loss: {kind: ebgan}"),
        ("{mark: hidden}, {linear: 1}", "{linear: 4}, {image: {channels: 1, size: 2}}"),
        term("slope: {r1: 1}"),
      ],
      "17:3 an autoencoder critic gives images, not a score whose slope could be held = take the penalty "
        + "out, or a loss that wants a score"),
    WrongPlay(
      "the code of a critic without heads", [term("apart: {pull_away: 1}")],
      "17:3 the critic has no heads, so it is not known which of its layers gives the code = end the "
        + "layers before `heads` with the code, as in `[…, {linear: 32}, {heads: {reconstruction: […]}}]`"
    ),
    WrongPlay(
      "who makes what is called real, under a loss without a word for them",
      pairs + [("loss: hinge", "loss: {kind: cross_entropy, generator: boundary_seeking}")],
      "16:3 the loss cross_entropy, as it is chosen, says nothing to who makes what is called real, which "
        + "the move encoder steps = take cross_entropy (non_saturating or saturating), least_squares, "
        + "wasserstein or hinge"),
    WrongPlay(
      "fewer logits than classes",
      [("near: {distance: {of: code, from: z}}", "near: {class: {of: code, label: y}}")],
      "17:3 3 logits for 10 classes = end the network with `linear: 10`"),
    WrongPlay(
      "values of different shape", [("from: z", "from: made")],
      "17:3 values of 3 and of 1×2×2 have no distance = both have to be of one size"),
    WrongPlay(
      "features of different places",
      [("near: {distance: {of: code, from: z}}", "near: {feature_matching: {of: code, to: made}}")],
      "17:3 features of 3 and of 1×2×2 do not match = take both at the same place"),
    WrongPlay(
      "means and variances of different shape",
      [
        (
          "near: {distance: {of: code, from: z}}",
          "near: {kl_to_normal: {mean: code, log_variance: made}}"
        )
      ],
      "17:3 values of 3 and of 1×2×2 are no means and variances of one distribution = both have to be of "
        + "one size"),
    WrongPlay(
      "three terms at once",
      [
        ("of: code", "of: code.mean"), ("{linear: 1}", "{linear: 2}"),
        term("apart: {pull_away: 1}"),
      ],
      "16:3 critic gives 2 numbers a sample, the loss hinge takes one score = \(oneScore)",
      "18:3 encoder(images) has no part `mean` = name a place of the network by the layer "
        + "`mark: mean`"),
  ]

  /// What is shown, grows or is too small.
  static let others: [WrongPlay] = [
    WrongPlay(
      "classes in a picture", [("schedule", "record: {samples: {show: [y, made]}}\nschedule")],
      "23:26 y are classes, which no picture shows"),
    WrongPlay(
      "vectors among images", [("schedule", "record: {samples: {show: [made, code]}}\nschedule")],
      "23:26 code are vectors of 3, which a picture shows among the data's, and these are images of 1×2×2 "
        + "= take it out of `show`"),
    WrongPlay(
      "images of two sizes in a picture",
      [
        ("nothing}", "nothing}\n    small: {of: images, resize: 1}"),
        ("schedule", "record: {samples: {show: [made, small]}}\nschedule"),
      ],
      "24:26 a picture shows values of one shape beside each other, and these are 1×2×2 and 1×1×1"),
    WrongPlay(
      "levels without a schedule",
      [
        (
          "[{linear: 4}, {image: {channels: 1, size: 2}}]",
          "[{linear: 1}, {image: {channels: 1, size: 1}}, {grow: {to_image: [{conv: {channels: 1, kernel: "
            + "1}}]}}, {grow: {layers: [upsample], to_image: [{conv: {channels: 1, kernel: 1}}]}}]"
        )
      ],
      "9:62 grow makes generator grow, and no schedule says when = write `schedule: {growing: {fade: 800k "
        + "images, stable: 800k images}}`"),
    WrongPlay(
      "a schedule without levels",
      [("length: 1 steps", "length: 1 steps, growing: {fade: 6 images, stable: 5 images}")],
      "23:29 schedule.growing takes a network that makes images and its critic, each with as many levels "
        + "(`grow`) as the other, whose images can be halved so often = `fade` and `stable` have one length "
        + "for all, or one for each level but one"),
    WrongPlay(
      "batch norm over one sample",
      [("batch: 4", "batch: 1"), ("{linear: 3}", "{linear: 3}, batch_norm")],
      "10:35 batch norm over one sample makes every number 0 = data.batch is 1 = a larger data.batch, or "
        + "`layer_norm` in its place"),
  ]
}

@Suite struct GameMisfitTests {
  @Test(arguments: WrongPlay.values + WrongPlay.terms + WrongPlay.others)
  func whatDoesNotFitInAGameIsSaidAtItsPlaceWithAdvice(_ play: WrongPlay) throws {
    let experiment = try loadExperiment(text: play.text, vocabulary: vocabulary).get()
    var said: [String] = []
    do throws(Diagnostics) {
      _ = try TrainingProgram(experiment, images: smallImages)
    } catch {
      said = error.entries.map { entry in
        let place = "\(entry.origin.mark.line):\(entry.origin.mark.column) "
        return place + ([entry.message] + entry.notes).joined(separator: " = ")
      }
    }
    #expect(said == play.said)
  }

  /// Lists of a move, and what is said of what stands in them twice.
  static let repeated: [(String, String, String)] = [
    (
      "networks: [generator]", "networks: [generator, generator]",
      "20:28 `generator` stands twice here"
    ),
    (
      "networks: [generator]", "networks: [generator], terms: [game, game]",
      "20:43 `game` stands twice here"
    ),
  ]

  @Test(arguments: repeated.indices)
  func whatStandsTwiceInAMoveIsRefused(_ index: Int) throws {
    let (old, new, wanted) = Self.repeated[index]
    let play = WrongPlay("twice", [(old, new)])
    guard case .failure(let found) = loadExperiment(text: play.text, vocabulary: vocabulary) else {
      Issue.record("this is read: \(new)")
      return
    }
    #expect(
      found.entries.map { "\($0.origin.mark.line):\($0.origin.mark.column) \($0.message)" } == [
        wanted
      ]
    )
  }
}
