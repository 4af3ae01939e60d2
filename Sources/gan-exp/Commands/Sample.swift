import ArgumentParser
import Foundation
import Images
import ModelBuilder
import Results
import RunFormat
import Runner
import Spec

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws samples from a checkpoint of a run; prints the picture's path.",
    discussion: """
      A grid as the run draws them, unless --interpolate, --average or --count say otherwise. The \
      left picture of an average is the mean of so many samples, the right one what the generator \
      makes of the mean of their latents; with classes, a row each. --of to_zebra --from FOLDER --to FOLDER \
      translates pictures: brought to the size that goes in, as the data were, and written as PNG. The ending \
      of --to says what a picture is written as: .png, .jpg or .pdf.
      """)

  @Argument(
    help: ArgumentHelp("A folder, the beginning of an id, @last or @best.", valueName: "run"),
    completion: Completions.runs)
  var reference: String

  @Option(help: ArgumentHelp("Which weights.", valueName: "last|best|step"))
  var checkpoint = "last"

  @Option(help: ArgumentHelp("The trained weights, or their moving average.", valueName: "raw|ema"))
  var weights = "raw"

  @Option(help: ArgumentHelp("Of the latents; else those of the run's own grids.", valueName: "n"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Rows and columns.", valueName: "4x5"))
  var grid: String?

  @Option(help: ArgumentHelp("Classes of the rows: 0..9, or 3,1,4.", valueName: "classes"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "Each row goes from one latent to another.", valueName: "linear|spherical"))
  var interpolate: String?

  @Option(help: ArgumentHelp("The mean of so many samples, in place of a grid.", valueName: "n"))
  var average: Int?

  @Option(
    help: ArgumentHelp(
      """
      So many pictures, a file each, in the folder of --to, by class where there are classes; of runs \
      on vectors, so many points in one picture.
      """, valueName: "n"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      """
      What is made of the pictures of --from: what a network makes of them (to_zebra), or a value of the \
      game with them in place of its data (to_horse(to_zebra(horses))).
      """, valueName: "formula"))
  var of: String?

  @Option(
    help: ArgumentHelp(
      "Pictures to translate, a folder or an archive; each becomes a file of its name in --to.",
      valueName: "dir"), completion: .directory)
  var from: String?

  @Option(
    help: ArgumentHelp(
      "Where the picture goes; with --count and --from, the pictures.", valueName: "path"))
  var to: String?

  @Option(help: ArgumentHelp("Each pixel so many times as wide and high.", valueName: "n"))
  var scale = 1

  @Option(
    help: ArgumentHelp(
      "Draws these latents: an array of NumPy, float32, a row a picture.", valueName: "z.npy"))
  var latents: String?

  @Option(help: ArgumentHelp("Writes the latents of the pictures.", valueName: "z.npy"))
  var saveLatents: String?

  @OptionGroup var results: ResultsOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws { _ = try request }

  /// What the options ask for.
  private var request: SampleRequest {
    get throws {
      guard let choice = CheckpointChoice(checkpoint) else {
        throw ValidationError("--checkpoint takes last, best or a step, not `\(checkpoint)`")
      }
      guard let weights = Weights(rawValue: weights) else {
        throw ValidationError("--weights takes raw or ema, not `\(weights)`")
      }
      var request = SampleRequest()
      request.checkpoint = choice
      request.weights = weights
      request.seed = seed
      request.grid = try grid.map(Self.grid)
      request.labels = try labels.map(Self.labels)
      request.interpolation = try interpolate.map { word in
        guard let way = Interpolation(rawValue: word) else {
          throw ValidationError("--interpolate takes linear or spherical, not `\(word)`")
        }
        return way
      }
      let wholes = [
        interpolate.map { _ in "--interpolate" }, average.map { _ in "--average" },
        count.map { _ in "--count" },
      ].compactMap(\.self)
      guard (of == nil) == (from == nil) else {
        throw ValidationError(
          "--of says what is made of the pictures of --from: they go together, with --to DIR")
      }
      if from != nil {
        let others =
          wholes
          + [grid.map { _ in "--grid" }, labels.map { _ in "--labels" }]
          .compactMap(\.self)
        if let other = others.first {
          throw ValidationError("--from and \(other) do not go together")
        }
        if to == nil {
          throw ValidationError(
            "--from writes a file for each picture: name a folder with --to DIR")
        }
      }
      for (option, path) in [("--to", to), ("--from", from)] where path?.isEmpty == true {
        throw ValidationError("\(option) is empty: name a path")
      }
      if wholes.count > 1 {
        throw ValidationError("\(wholes.joined(separator: " and ")) do not go together")
      }
      for (option, isThere) in [
        ("--interpolate", interpolate != nil), ("--average", average != nil),
        ("--seed", seed != nil), ("--from", from != nil),
      ] where latents != nil && isThere {
        throw ValidationError("--latents says what is drawn: it goes without \(option)")
      }
      for (option, isThere) in [("--average", average != nil), ("--from", from != nil)]
      where saveLatents != nil && isThere {
        throw ValidationError("\(option) has no latents of its own to save")
      }
      guard (1...64).contains(scale) else {
        throw ValidationError("--scale takes a number from 1 to 64, not \(scale)")
      }
      if scale > 1, from != nil {
        throw ValidationError("--scale is for grids; --from writes pictures as they are made")
      }
      if grid != nil, let whole = wholes.first(where: { $0 != "--interpolate" }) {
        throw ValidationError("--grid and \(whole) do not go together")
      }
      return request
    }
  }

  func run() throws {
    var request = try request
    if let to, count == nil, from == nil { try Self.kind(of: to).check(to) }
    if let saveLatents { try OutputKind.npy.check(saveLatents) }
    if let latents { request.latents = try Self.readLatents(latents) }
    let directory = try results.directory(reference)
    let experiment = try loadSpec(directory + "/resolved.yaml", overrides: []).get()
    if let of, let from, let to {
      return try translate(of, from, to, directory, experiment, request)
    }
    let folder = try pictureFolder(experiment)
    // What cannot be named is not drawn.
    if to == nil { _ = try fileName(directory, experiment, step: 0) }
    try Failure.catching {
      if let folder, let count {
        if scale > 1 {
          throw ValidationError("--scale is for grids; --count writes pictures as they are made")
        }
        let drawn = try writeSamples(
          run: directory, experiment: experiment, count: count, to: folder, request,
          backend: machine.backend())
        try save(drawn)
        return try Output.result(folder)
      }
      let sample = try draw(directory, experiment, request)
      let target = try to ?? fileName(directory, experiment, step: sample.step)
      if saveLatents != nil, sample.latents == nil {
        throw RunError.request("the pictures of this run are not made from one latent each")
      }
      try writePictureFile(try scaled(sample.picture), to: target)
      try save(sample.latents ?? [])
      try Output.result(target)
    }
  }

  private static func kind(of path: String) -> OutputKind {
    OutputKind.chosen(by: path, among: [.png, .jpeg, .pdf])
  }

  private func scaled(_ picture: Raster) throws -> Raster {
    guard max(picture.width, picture.height) * scale <= PictureLimit.side else {
      throw RunError.request(
        "--scale \(scale): the picture is \(picture.width)×\(picture.height), and none has more than "
          + "\(PictureLimit.side) pixels a side")
    }
    return picture.enlarged(by: scale)
  }

  private static func readLatents(_ path: String) throws -> [[Float]] {
    let numbers: NumpyFloats = try Failure.catching {
      let bytes = try FileLayer().read(path, limit: 1 << 30)
      return try NumpyFloats(bytes, path: path)
    }
    guard numbers.shape.count == 2, numbers.shape[0] > 0, numbers.shape[1] > 0 else {
      throw Failure(
        status: .files,
        message:
          "error: \(path): its shape is \(numbers.shape), and latents are [pictures, numbers]")
    }
    let width = numbers.shape[1]
    return (0..<numbers.shape[0]).map { Array(numbers.values[($0 * width)..<(($0 + 1) * width)]) }
  }

  private func save(_ latents: [[Float]]) throws {
    guard let saveLatents, let first = latents.first else { return }
    let numbers = NumpyFloats(
      shape: [latents.count, first.count], values: latents.flatMap(\.self))
    try writeOutput(numbers.bytes, to: saveLatents, as: .npy)
  }

  /// Another one for whatever makes another picture.
  private func fileName(_ run: String, _ experiment: Experiment, step: Int) throws -> String {
    let parts = [
      RunReference.fileName(of: run, name: experiment.name), "step-\(step)",
      weights == "raw" ? nil : weights, seed.map { "seed-\($0)" }, grid.map { "grid-\($0)" },
      labels.map { "labels-" + $0.replacing("..", with: "-").replacing(",", with: "_") },
      interpolate, average.map { "average-\($0)" }, count.map { "count-\($0)" },
      latents.map { $0.lastPathComponent.replacing(".npy", with: "") },
      scale == 1 ? nil : "scale-\(scale)",
    ]
    let name = parts.compactMap(\.self).joined(separator: "-") + ".png"
    guard name.utf8.count <= 255 else {
      throw ValidationError("this asks for more than a file's name can say: name it with --to FILE")
    }
    return name
  }

  /// Where single pictures go, if that is what is asked for.
  private func pictureFolder(_ experiment: Experiment) throws -> String? {
    if count == nil { return nil }
    if experiment.drawsVectors { return nil }
    guard let to else {
      throw ValidationError("--count writes a file for each picture: name a folder with --to DIR")
    }
    try refuseInsideRun(to + "/00000.png")
    return to
  }

  private func translate(
    _ text: String, _ from: String, _ to: String, _ directory: String, _ experiment: Experiment,
    _ request: SampleRequest
  ) throws {
    try refuseInsideRun(to + "/picture.png")
    guard FileManager.default.fileExists(atPath: from) else {
      throw Failure(status: .files, message: "error: \(from): no such folder or archive")
    }
    let wanted: TranslationRequest
    if experiment.game.networks.contains(where: { $0.name == text }) {
      wanted = .network(text)
    } else {
      do throws(Diagnostics) {
        wanted = .value(try experiment.formula(text, writtenAt: "--of"))
      } catch {
        throw Failure(
          status: .commandLine, message: error.rendered(colour: Terminal.showsColour))
      }
    }
    let count = try Failure.catching {
      try Runner.translate(
        run: directory, experiment: experiment, wanted,
        pictures: { (format, source) throws(DatasetError) in
          let folders = experiment.storedSources.filter { $0.choice.name == "folder" }
          let like = source.map { name in folders.first { $0.name == name } } ?? folders.first
          let pictures = try NamedPictures(at: from, as: format, like: like) { Terminal.error($0) }
          for bad in pictures.set.skipped {
            Terminal.error("left out: \(bad.name): \(bad.reason)")
          }
          return pictures
        }, to: to, request, backend: machine.backend())
    }
    Terminal.error(count == 1 ? "1 picture" : "\(count) pictures")
    try Output.result(to)
  }

  private func draw(
    _ directory: String, _ experiment: Experiment, _ request: SampleRequest
  ) throws -> Runner.Sample {
    if let average {
      return try averageSample(
        run: directory, experiment: experiment, of: average, request, backend: machine.backend())
    }
    var request = request
    request.count = count
    return try Runner.sample(
      run: directory, experiment: experiment, request, backend: machine.backend(),
      data: try experiment.dataOfPictures(data))
  }

  private static func grid(_ text: String) throws -> (rows: Int, columns: Int) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let rows = parts[0], let columns = parts[1],
      (1...200).contains(rows), (1...200).contains(columns)
    else { throw ValidationError("--grid takes rows x columns such as 4x5, not `\(text)`") }
    return (rows, columns)
  }

  private static func labels(_ text: String) throws -> [Int] {
    let wrong = ValidationError("--labels takes classes such as 0..9 or 3,1,4, not `\(text)`")
    return try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { part in
      if let single = Int(part) { return [single] }
      let ends = part.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
      guard ends.count == 2, let low = ends[0], let high = ends[1],
        low >= 0, low <= high, high - low < 10_000
      else { throw wrong }
      return Array(low...high)
    }
  }
}

extension Experiment {
  /// The data, where pictures of samples need them: those of vectors, whose axes they fix, and those that
  /// are made from samples of the data.
  fileprivate func dataOfPictures(_ options: DataOptions) throws -> TrainingSources? {
    drawsVectors || twoPlayers == nil ? try prepared(options).data : nil
  }

  fileprivate var drawsVectors: Bool {
    if case .vector = storedSources.first?.declaredFormat { true } else { false }
  }
}
