import Foundation
import Testing

@Suite
struct DescribeTests {
  /// Every experiment file of the repository, from its root.
  static let gallery: [String] = {
    let names =
      (try? FileManager.default.subpathsOfDirectory(
        atPath: Program.package + "/experiments")) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "experiments/\($0)" }
  }()

  private func file(_ name: String) -> String { Program.package + "/" + name }

  @Test
  func everyFileOfTheGalleryIsThere() {
    let expected = [
      "cifar10-dcgan", "cifar10-sngan", "cgan", "classic/cgan", "classic/dcgan", "classic/gan",
      "classic/lsgan", "dcgan", "dcgan-64",
      "gan",
      "gan-784", "goodfellow-2014", "keras-dcgan", "lsgan", "lsgan-conditional", "lsgan-linear",
      "max-likelihood",
      "minimax", "mixtures/base", "mixtures/cross-entropy", "mixtures/hinge",
      "mixtures/least-squares", "mixtures/relativistic-average", "mixtures/two-class",
      "mixtures/wasserstein-clip", "mixtures/wasserstein-gradient-penalty",
      "norm-loss", "norm-loss-residual", "progressive", "search-gan-784", "sweep-lsgan",
      "sweep-objectives",
      "wgan", "wgan-gp",
    ]
    #expect(Set(expected.map { "experiments/\($0).yaml" }).subtracting(Self.gallery) == [])
  }

  /// It answers in under 0.1 s on an idle machine; the limit leaves room for a busy one.
  @Test(arguments: gallery)
  func validateSaysOkOfEveryFileOfTheGalleryAtOnce(_ name: String) throws {
    let place = try Place()
    let result = try place.run("validate", file(name))
    #expect(result.end == .exit(0))
    #expect(result.output == "\(file(name)): ok\n")
    #expect(result.errors == "", "no warnings either")
    // On a machine that does much else, one of three attempts counts.
    let again =
      result.seconds < 1 ? [] : try (0..<2).map { _ in try place.run("validate", file(name)) }
    #expect(([result] + again).contains { $0.seconds < 1 })
  }

  /// Parameters of the generator as torch_mimicry and the authors' Chainer have them; their critic's last layer has no offset.
  @Test func residualNetworksForCifarHaveThePublishedNumbersOfParameters() throws {
    let result = try Place().run("describe", file("experiments/cifar10-sngan.yaml"))
    #expect(result.end == .exit(0))
    let totals = result.output.matches(of: #/# +sum +([0-9,]+)/#)
    #expect(totals.map { String($0.1) } == ["4,276,739", "1,053,824"], "\(result.output)")
  }

  /// Files of folders of which they do not say what they hold: only the pictures do.
  private static let ofFolders = [
    "classic/cogan", "classic/cogan-fixed", "classic/cyclegan", "classic/discogan",
    "classic/discogan-fixed", "classic/dualgan", "classic/dualgan-fixed", "classic/pix2pix",
    "classic/unit", "cyclegan", "cyclegan-cifar", "pix2pix",
  ].map { "experiments/\($0).yaml" }

  @Test(arguments: ofFolders)
  func whatOnlyItsPicturesCanTellSaysWhereTheyWereLookedFor(_ name: String) throws {
    let result = try Place().run("describe", file(name))
    #expect(result.end == .exit(4))
    #expect(result.errors.contains("not found. Looked at:"))
  }

  @Test(arguments: gallery.filter { !ofFolders.contains($0) })
  func whatDescribePrintsIsTheSameSpecWithTheOriginOfEveryValue(_ name: String) throws {
    let place = try Place()
    let first = try place.run("describe", file(name))
    #expect(first.end == .exit(0))
    #expect(first.errors == "")
    try place.write("resolved.yaml", first.output)
    #expect(try place.run("validate", "resolved.yaml").output == "resolved.yaml: ok\n")
    let second = try place.run("describe", "resolved.yaml")
    #expect(values(second.output) == values(first.output))
    #expect(first.output.contains("# default\n"))
    #expect(first.output.contains(/name: .* # .*\.yaml:[0-9]+\n/))
  }

  /// The lines of a spec without what stands behind them.
  private func values(_ text: String) -> [String] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let end = line.range(of: #" +# [^"]*$"#, options: .regularExpression)?.lowerBound
      return String(line[..<(end ?? line.endIndex)])
    }
  }

  @Test
  func describeShowsWhatPlaysWhenOfNetworksThatGrow() throws {
    let place = try Place()
    let result = try place.run(
      "describe", file("experiments/progressive.yaml"), "--set", "data.source={synthetic: digits}")
    #expect(result.end == .exit(0))
    for line in [
      #"# generator\.9\.to_image\.0 +conv +1×14×14 +33 +12,741"#,
      #"# level +size +from image +images +from round +generator +FLOPs +discriminator +FLOPs"#,
      #"# 1 +7×7 +alone +0 +120,000 +0 +111,201 +1,132,923 +59,841 +1,057,716"#,
      #"# 2 +14×14 +fading in +120,000 +60,000 +[0-9,]+ +129,730 "#,
      #"# 3 +28×28 +alone +300,000 +to the end +[0-9,]+ +136,625 "#,
    ] {
      #expect(result.output.contains(try Regex(line)), "\(line)")
    }
    let short = try place.run(
      "validate", file("experiments/progressive.yaml"), "--set", "schedule.length=100k images")
    #expect(short.end == .exit(0))
    #expect(
      short.errors.contains(
        "warning: the run ends after 100000 images, and its last level plays alone only from 300000 on"
      ))
    let json = try place.run("describe", file("experiments/progressive.yaml"), "--json")
    #expect(json.output.contains(#""size" : "14×14""#))
    let graphs = try place.run("describe", file("experiments/progressive.yaml"), "--graph")
    #expect(
      graphs.output.split(separator: "\n").filter { $0.hasPrefix("# graph") }.map(String.init) == [
        "# graph 0 of the round, level 1 of 3: 7×7",
        "# graph 0 of the round, level 2 of 3: 14×14, fading in",
        "# graph 0 of the round, level 2 of 3: 14×14",
        "# graph 0 of the round, level 3 of 3: 28×28, fading in",
        "# graph 0 of the round, level 3 of 3: 28×28",
      ])
  }

  @Test
  func describeNamesSetAndExtendsAsOrigins() throws {
    let place = try Place()
    try place.write("base.yaml", TinySpec().yaml)
    try place.write("mine.yaml", "extends: base.yaml\nname: mine\n")
    let result = try place.run("describe", "mine.yaml", "--set", "data.batch=32")
    #expect(result.end == .exit(0))
    #expect(result.output.contains(/\n  batch: 32 +# --set\n/))
    #expect(result.output.contains(/\nname: mine +# mine.yaml:2\n/))
    #expect(result.output.contains(/\nseed: 5 +# base.yaml:3\n/))
    #expect(result.output.contains(/# generator\.0 +linear +16 +80 +144\n/))
  }

  struct Count: CustomTestStringConvertible, Sendable {
    let name: String
    let generator: Int
    let discriminator: Int
    var testDescription: String { name }
  }

  @Test(arguments: [
    Count(name: "gan", generator: 1_510_032, discriminator: 533_505),
    Count(name: "dcgan", generator: 1_049_985, discriminator: 98_113),
    Count(name: "lsgan", generator: 1_049_729, discriminator: 98_113),
    Count(name: "cgan", generator: 1_757_412, discriminator: 1_055_845),
  ])
  func describeJsonCountsTheParametersOfTheClassicGames(_ count: Count) throws {
    let place = try Place()
    let result = try place.run("describe", "--json", file("experiments/classic/\(count.name).yaml"))
    #expect(result.end == .exit(0))
    let json = try object(result.output)
    let networks = ["generator", "discriminator"].map { json[$0] as? [String: Any] }
    #expect(
      networks.map { $0?["parameters"] as? Int } == [count.generator, count.discriminator])
    for network in networks {
      let layers = try #require(network?["layers"] as? [[String: Any]])
      let sum = layers.compactMap { $0["parameters"] as? Int }.reduce(0, +)
      #expect(sum == network?["parameters"] as? Int)
    }
    #expect((json["spec"] as? [String: Any])?["architecture"] != nil)
  }

  @Test
  func describeGraphPrintsTheGraphsOfARound() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run("describe", "--graph", "tiny.yaml")
    #expect(result.end == .exit(0))
    #expect(result.output.hasPrefix("# graph 0 of the round\n%0 = feed("))
    #expect(result.output.contains("generator.0.weight"))
  }

  @Test
  func experimentsSchemaJsonAndDocsExperimentFileMdAreThoseOfThisProgram() throws {
    let place = try Place()
    let schema = try place.run("schema")
    #expect(schema.end == .exit(0) && schema.errors == "")
    #expect(try place.run("reference", "--into", "docs").end == .exit(0))
    try place.write("docs/schema.json", schema.output)
    let pages = try place.names(in: "docs").filter { !$0.hasSuffix("/") }
    #expect(pages.count > 12 && pages.contains("reference/layers.md"))
    for page in pages {
      let name = page == "schema.json" ? "experiments/schema.json" : "docs/\(page)"
      let written = try #require(FileManager.default.contents(atPath: file(name)), "\(name)")
      let isCurrent = try String(decoding: written, as: UTF8.self) == place.text("docs/\(page)")
      #expect(isCurrent, "\(name): run `make docs`")
    }
    // Nor is there a page of a word that is gone.
    let there = try FileManager.default.contentsOfDirectory(atPath: file("docs/reference"))
    #expect(
      Set(there)
        == Set(pages.filter { $0.hasPrefix("reference/") }.map { String($0.dropFirst(10)) }))
  }

  /// Every link of the reference leads somewhere.
  @Test func theReferencesLinksLeadToHeadings() throws {
    let place = try Place()
    #expect(try place.run("reference", "--into", "docs").end == .exit(0))
    let pages = try place.names(in: "docs").filter { $0.hasSuffix(".md") }
    var anchors: [String: Set<String>] = [:]
    for page in pages {
      anchors[page] = Set(
        try place.text("docs/\(page)").matches(of: #/(?m)^##? `?([^`\n]+)`?$/#).map { match in
          String(match.1.lowercased().filter { $0.isLetter || $0.isNumber || "-_".contains($0) })
        })
    }
    var count = 0
    for page in pages {
      let folder = page.contains("/") ? "reference/" : ""
      for match in try place.text("docs/\(page)").matches(of: #/\]\(([^)# ]*)(?:#([^)]*))?\)/#) {
        let file =
          match.1.isEmpty
          ? page : match.1.hasPrefix("../") ? String(match.1.dropFirst(3)) : folder + match.1
        let found = try #require(anchors[file], "\(page): \(match.0)")
        if let anchor = match.2 { #expect(found.contains(String(anchor)), "\(page): \(match.0)") }
        count += 1
      }
    }
    #expect(count > 300)
  }

  @Test
  func theSchemaIsJSONAndKnowsEveryKeyAtTheTopAndEveryLayer() throws {
    let place = try Place()
    let schema = try object(place.run("schema").output)
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let properties = try #require(schema["properties"] as? [String: Any])
    let keys = [
      "version", "name", "data", "latent", "architecture", "loss", "optimizer", "schedule",
    ]
    #expect(Set(keys).subtracting(properties.keys) == [])
    let text = try place.run("schema").output
    for layer in ["linear", "batch_norm", "conv_transpose", "concat_label", "residual"] {
      #expect(text.contains("\"\(layer)\""), "\(layer)")
    }
  }
}
