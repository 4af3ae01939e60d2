import Testing

@testable import Spec

/// A game in which something is wrong, and all that is said of it.
struct WrongGame: CustomTestStringConvertible, Sendable {
  let name: String
  let old: String
  let new: String
  let said: [String]

  init(_ name: String, _ old: String, _ new: String, _ said: String...) {
    (self.name, self.old, self.new, self.said) = (name, old, new, said)
  }

  var testDescription: String { name }
}

private let wrong: [WrongGame] = [
  WrongGame(
    "a network misspelled in a formula", "cycle: {distance: {of: to_horse(zebra)",
    "cycle: {distance: {of: to_hrose(zebra)",
    "16:26 there is no network `to_hrose` | did you mean `to_horse`? | "
      + "networks: to_zebra, to_horse, critic, maker"),
  WrongGame(
    "a value misspelled", "fake: zebra}", "fake: zbra}",
    "15:73 there is no value `zbra` | did you mean `zebra`? | "
      + "sources, latents and values: horses, zebras, z, y, zebra, made"),
  WrongGame(
    "a value that is there nowhere", "to_zebra(horses)", "to_zebra(ponies)",
    "12:19 there is no value `ponies` |  | "
      + "sources, latents and values: horses, zebras, z, y, zebra, made"),
  WrongGame(
    "a value that is called", "to_zebra(horses)", "made(horses)",
    "12:10 `made` is a value, and only a network can be called |  | "),
  WrongGame(
    "a source that is called", "to_zebra(horses)", "zebras(horses)",
    "12:10 `zebras` is a source of the data, and only a network can be called |  | "),
  WrongGame(
    "a network as a value", "of: to_horse(zebra)", "of: to_horse",
    "16:26 `to_horse` is a network, and a value is wanted | such as to_horse(…) | "),
  WrongGame(
    "a name that is two things", "values:\n", "values:\n  z: to_zebra(horses)\n",
    "12:3 `z` is a latent and a value | a latent of that name is at spec.yaml:5:11 | "),
  WrongGame(
    "too many inputs", "to_zebra(horses)", "to_zebra(horses, z)",
    "12:10 `to_zebra` takes 1 input, found 2 | to_zebra(…); further ones are named in its `inputs` | "
  ),
  WrongGame(
    "too few inputs", "{layers: [flatten, {linear: 1}], constraints: [{box: 0.1}]}",
    "{layers: [flatten, {linear: 1}], inputs: [code]}",
    "15:59 `critic` takes 2 inputs, `real` gives 1 | write (…, code) | ",
    "15:73 `critic` takes 2 inputs, `fake` gives 1 | write (…, code) | ",
    "18:22 `critic` takes 2 inputs, found 1 | critic(…, code) | "),
  WrongGame(
    "inputs for a critic of one", "real: zebras", "real: '(zebras, z)'",
    "15:60 `critic` takes 1 input, `real` gives 2 | [ ] joins several as one; inputs behind the first "
      + "are named in `inputs` of the network | "),
  WrongGame(
    "inputs where none are taken", "to_zebra(horses)", "to_zebra((horses, z))",
    "12:19 several inputs in parentheses are for a critic's `real` and `fake` | a network takes them one "
      + "by one; what is to be joined stands in [ ] | "),
  WrongGame(
    "a circle of values", "made: 'maker(z, label: y)'",
    "made: 'maker(b, label: y)'\n  a: to_zebra(made)\n  b: '[a, z]'",
    "13:3 the value `made` needs itself |  | the circle: made → b → a → made"),
  WrongGame(
    "a value of itself", "to_zebra(horses)", "to_zebra(zebra)",
    "12:3 the value `zebra` needs itself |  | the circle: zebra → zebra"),
  WrongGame(
    "like an unknown network", "{like: to_zebra}", "{like: to_zeebra}",
    "8:20 there is no network `to_zeebra` | did you mean `to_zebra`? | "
      + "networks: to_zebra, to_horse, critic, maker"),
  WrongGame(
    "a circle of likes", "to_zebra: [{conv: 3}, relu]", "to_zebra: {like: to_horse}",
    "7:3 `to_zebra` is like itself |  | the circle: to_zebra → to_horse → to_zebra"),
  WrongGame(
    "layers and like", "{like: to_zebra}", "{like: to_zebra, layers: [relu]}",
    "8:20 the network has layers of its own and is like another | keep one of them | "),
  WrongGame(
    "no layers", "{like: to_zebra}", "{ema: 0.9}",
    "8:3 the network has no layers | give it `layers` or `like` | "),
  WrongGame(
    "a network that calls another that is not there", "maker: [{linear: 4}, tanh]",
    "maker: [{network: trunc}, tanh]",
    "10:21 there is no network `trunc` |  | networks: to_zebra, to_horse, critic, maker"),
  WrongGame(
    "a network that calls itself", "maker: [{linear: 4}, tanh]",
    "maker: [{network: maker}, tanh]",
    "10:3 the network `maker` calls itself |  | the circle: maker → maker"),
  WrongGame(
    "of an unknown source", "horses: {folder: a}", "horses: {folder: a}, dark: {of: hores}",
    "4:45 there is no data source `hores` | did you mean `horses`? | "
      + "data sources: horses, dark, zebras"),
  WrongGame(
    "a circle of sources", "horses: {folder: a}", "horses: {of: dark}, dark: {of: horses}",
    "4:13 `horses` is made of itself |  | the circle: horses → dark → horses"),
  WrongGame(
    "a size beside a source's word", "horses: {folder: a}", "horses: {folder: a, size: 3}",
    "4:33 `size` stands beside the source, not beside `folder` | write {source: {folder: …}, size: …} "
      + "| "),
  WrongGame(
    "a change that is none", "horses: {folder: a}",
    "horses: {folder: a}, dark: {of: horses, invrt: 1}",
    "4:53 unknown key `invrt` in data.sources.dark | did you mean `invert`? | "
      + "keys here: of, invert, resize"),
  WrongGame(
    "a move of an unknown network", "networks: [critic]", "networks: [critc]",
    "20:17 there is no network `critc` | did you mean `critic`? | "
      + "networks: to_zebra, to_horse, critic, maker"),
  WrongGame(
    "a move down an unknown term", "networks: [critic]",
    "networks: [critic], terms: {game: 1, slop: 2}",
    "20:43 there is no term `slop` | did you mean `slope`? | terms: game, cycle, slope, told"),
  WrongGame(
    "a network that no move moves", "[to_zebra, to_horse, maker]", "[to_zebra, maker]",
    "8:3 no move moves `to_horse` | name it in `networks` of a move, or write `frozen: true` | "),
  WrongGame(
    "a frozen network that a move moves", "{like: to_zebra}", "{like: to_zebra, frozen: true}",
    "21:27 `to_horse` is frozen, and this moves it | take it out, or `frozen` from the network | "),
  WrongGame(
    "a frozen network with an average and limits", "to_horse: {like: to_zebra}",
    "to_horse: {like: to_zebra, frozen: true, ema: 0.9, constraints: [{box: 0.1}]}",
    "8:44 the network is frozen, and `ema` is about weights that move | take it out, or `frozen` | ",
    "8:54 the network is frozen, and `constraints` is about weights that move | take it out, or "
      + "`frozen` | "),
  WrongGame(
    "a checkpoint that is none", "{like: to_zebra}",
    "{like: to_zebra, weights: {path: run, checkpoint: first}}",
    "8:63 `first` is no checkpoint | write last, best or a step | "),
  WrongGame(
    "a term that no move steps down", "columns: makers", "columns: makers, terms: [game, told]",
    "16:3 no move steps down `cycle` | list it in `terms` of a move of to_horse or to_zebra | "),
  WrongGame(
    "a term that every move leaves out", "columns: makers", "columns: makers, without: [cycle]",
    "16:3 no move steps down `cycle` | list it in `terms` of a move of to_horse or to_zebra | "),
  WrongGame(
    "weights without a path", "{like: to_zebra}", "{like: to_zebra, weights: ''}",
    "8:39 the path of `weights` is empty |  | "),
  WrongGame(
    "a term of data alone", "of: to_horse(zebra)", "of: zebras",
    "16:3 no move steps down `cycle` | it depends on no network | "),
  WrongGame(
    "a move that steps down nothing", "columns: makers",
    "columns: makers, terms: [game, told, cycle]}\n  - {networks: [critic], name: idle, terms: [cycle]",
    "22:5 the move steps down nothing: no term that it lists depends on critic |  | "),
  WrongGame(
    "an unknown critic", "critic: critic,", "critic: critics,",
    "15:45 there is no network `critics` | did you mean `critic`? | "
      + "networks: to_zebra, to_horse, critic, maker"),
  WrongGame(
    "a game that is no adversarial term", "slope: {slope: {weight: 2}}",
    "slope: {slope: {weight: 2, game: cycle}}",
    "17:36 `cycle` is distance, and `game` is an adversarial term |  | adversarial terms: game"),
  WrongGame(
    "a game that is not there", "slope: {slope: {weight: 2}}",
    "slope: {slope: {weight: 2, game: gam}}",
    "17:36 there is no adversarial term `gam` | did you mean `game`? | adversarial terms: game"),
  WrongGame(
    "which of two games", "slope: {slope: {weight: 2}}",
    "slope: {slope: {weight: 2}}\n  other: {adversarial: {loss: hinge, critic: critic, real: horses, "
      + "fake: made}}",
    "17:11 `slope` needs `game`: there are several adversarial terms | game: game | "
      + "adversarial terms: game, other"),
  WrongGame(
    "no game to watch",
    "game: {adversarial: {loss: hinge, critic: critic, real: zebras, fake: zebra}}",
    "game: {distance: {of: critic(zebra), from: zebras}}",
    "17:11 `slope` watches an adversarial term, and there is none |  | "),
  WrongGame(
    "a label that is none", "label: y)", "label: z)",
    "13:26 `z` is no label | write a latent with `classes`, or NAME.label of a source with `classes` | "
  ),
  WrongGame(
    "a label of a source without", "label: zebras.label", "label: horses.label",
    "18:50 `horses` has no label | a source has one with `classes`, a call with `label:` | "),
  WrongGame(
    "a term's label that is none", "label: zebras.label", "label: zebras",
    "18:43 `zebras` is no label | write a latent with `classes`, or NAME.label of a source with "
      + "`classes` | "),
  WrongGame(
    "a part of a source", "of: to_horse(zebra)", "of: horses.mean",
    "16:33 `horses` is a source, whose only part is `label` |  | "),
  WrongGame(
    "an unknown epoch", "epoch: zebras", "epoch: zebra",
    "23:37 there is no data source `zebra` | did you mean `zebras`? | data sources: horses, zebras"),
  WrongGame(
    "moves of one name that differ", "- {networks: [critic], times: 2, fresh: batch}",
    "- {networks: [critic], times: 2}\n  - {networks: [critic], optimizer: {kind: sgd, learning_rate: 1}}",
    "21:5 two moves are named `critic` and differ in `optimizer` | give one of them a `name` of its own | "
      + "the first is at spec.yaml:20:5"),
  WrongGame(
    "columns of two moves", "columns: makers", "columns: critic",
    "21:5 the columns of `to_zebra_to_horse_maker` and of `critic` begin with the same `critic` | give "
      + "one of them other `columns` | "),
  WrongGame(
    "moves without an optimizer",
    ", optimizer: {learning_rate: 1e-3}}\noptimizer: {kind: adam, learning_rate: 2e-4}\n", "}\n",
    "20:5 the move has no optimizer | give it `optimizer`, or write one at the top for all | ",
    "21:5 the move has no optimizer | give it `optimizer`, or write one at the top for all | "),
  WrongGame(
    "a metric of what is not there", "schedule:",
    "metrics: {of: [{distance: {of: to_horse(zebro), from: zebras}}]}\nschedule:",
    "23:41 there is no value `zebro` | did you mean `zebra`? | "
      + "sources, latents and values: horses, zebras, z, y, zebra, made"),
  WrongGame(
    "a metric of classes that are none", "schedule:",
    "metrics: {of: [{right: {of: critic(zebra), label: horses.label}}]}\nschedule:",
    "23:58 `horses` has no label | a source has one with `classes`, a call with `label:` | "),
  WrongGame(
    "a metric of several inputs", "schedule:",
    "metrics: {of: [{distance: {of: '(zebra, z)', from: zebras}}]}\nschedule:",
    "23:33 several inputs in parentheses are for a critic's `real` and `fake` | a network takes them one "
      + "by one; what is to be joined stands in [ ] | "),
  WrongGame(
    "a name that is none", "made: 'maker", "2made: 'maker",
    "13:3 `2made` cannot be a name in values | letters, digits and `_`, not beginning with a digit | ",
    "18:29 there is no value `made` |  | "
      + "sources, latents and values: horses, zebras, z, y, zebra"),
  WrongGame(
    "a comma that YAML takes", "zebra: to_zebra(horses)", "zebra: to_zebra(horses",
    "12:18 this `(` is never closed | inside of { } and [ ] a comma ends a value: quote the formula | "
  ),
  WrongGame(
    "keys of both forms", "optimizer: {kind", "loss: hinge\noptimizer: {kind",
    "22:1 `loss` belongs to the form of two players, and this file is in the general form | here it is "
      + "`terms` | the form of two players has latent, labels, architecture, loss, penalties, "
      + "data.source, schedule.order, schedule.discriminator_steps, schedule.generator_steps, "
      + "schedule.latents, schedule.critic_batch, schedule.ema; the general form has latents, networks, "
      + "values, terms, moves, init, data.sources, schedule.epoch"),
]

@Suite struct GameCheckTests {
  @Test(arguments: wrong)
  func everythingThatIsWrongInAGameIsSaidAtItsPlace(_ game: WrongGame) throws {
    #expect(goodGame.contains(game.old))
    let text = goodGame.replacing(game.old, with: game.new)
    guard case .failure(let found) = loadExperiment(text: text, vocabulary: generalWords) else {
      Issue.record("this is read:\n\(text)")
      return
    }
    #expect(Self.said(found) == game.said)
  }

  private static func said(_ found: Diagnostics) -> [String] {
    found.entries.map {
      "\($0.origin.mark.line):\($0.origin.mark.column) \($0.message) | \($0.label ?? "") | "
        + $0.notes.joined(separator: "; ")
    }
  }

  @Test func everythingIsSaidAtOnce() {
    let text = goodGame.replacing("fake: zebra}", with: "fake: zbra}")
      .replacing("linear: 4", with: "liner: 4").replacing("epoch: zebras", with: "epoch: zebra")
      .replacing("networks: [critic]", with: "networks: [critc]")
    guard case .failure(let found) = loadExperiment(text: text, vocabulary: generalWords) else {
      Issue.record("this is read")
      return
    }
    #expect(
      found.entries.map(\.message) == [
        "unknown layer `liner`", "there is no value `zbra`", "there is no network `critc`",
        "there is no data source `zebra`",
      ])
  }

  /// Keys of the general form in a file of two players, each at its place.
  @Test func aFileOfTwoPlayersHasNoKeysOfTheGeneralForm() {
    let text = goodSpec + "\nmoves: []\ninit: {}\n"
    guard case .failure(let found) = loadExperiment(text: text, vocabulary: generalWords) else {
      Issue.record("this is read")
      return
    }
    #expect(
      found.entries.map(\.message) == [
        "`moves` belongs to the general form, and this file is in the form of two players",
        "`init` belongs to the general form, and this file is in the form of two players",
      ])
    #expect(
      found.entries.map(\.label) == ["here it is `schedule`", "here it is `architecture.init`"])
  }

  @Test(
    arguments: [
      (
        "made: 'maker(z, label: y)'", "made: 'maker(z, label: y)'\n  idle: to_zebra(zebras)",
        ["`idle`"]
      ),
      (
        "made: 'maker(z, label: y)'",
        "made: 'maker(z, label: y)'\n  idle: to_zebra(zebras)\n  more: to_horse(idle)",
        ["`idle`", "`more`"]
      ),
      ("y: {classes: 3}", "y: {classes: 3}, w: {size: 2}", ["`w`"]),
      ("horses: {folder: a}", "horses: {folder: a}, more: mnist", ["`more`"]),
      (
        "horses: {folder: a}", "horses: {of: big, resize: 3}, big: {folder: a}, dark: {of: big}",
        ["`dark`"]
      ),
      ("times: 2", "times: 2, optimizer: {kind: sgd, learning_rate: 1}", []),
      ("optimizer: {learning_rate: 1e-3}", "optimizer: {kind: sgd, learning_rate: 1}", []),
      (
        "networks: [critic], times: 2, fresh: batch}\n  - {networks: [to_zebra, to_horse, maker], columns: "
          + "makers, optimizer: {learning_rate: 1e-3}",
        "networks: [critic], optimizer: {kind: sgd, learning_rate: 1}}\n  - {networks: [to_zebra, to_horse, "
          + "maker], optimizer: {kind: adam, learning_rate: 1}", ["`optimizer` at the top"]
      ),
    ] as [(String, String, [String])])
  func whatNoTermLeadsToIsSaid(_ old: String, _ new: String, _ names: [String]) throws {
    #expect(goodGame.contains(old))
    let text = goodGame.replacing(old, with: new)
    let warnings = try loadExperiment(text: text, vocabulary: generalWords).get().warnings
    #expect(warnings.count == names.count)
    for (warning, name) in zip(warnings, names) {
      #expect(warning.message.contains(name) && warning.message.hasSuffix("decides nothing"))
      #expect(warning.isWithoutEffect && warning.severity == .warning)
    }
  }
}
