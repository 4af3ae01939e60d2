import Foundation
import Images
import RunFormat
import Spec

/// What a new experiment is to learn from, as far as its file depends on it.
struct ExaminedPictures {
  /// As the file says it.
  let source: String
  /// Height and width that the networks are made for.
  let side: Int
  /// Whether `data.size` must say so.
  let isResized: Bool
  let channels: Int
  /// 1: none.
  let classCount: Int
  let count: Int
  /// `812 pictures, most of them 640×480, in 3 classes`
  let words: String
  /// What was decided and may be otherwise.
  let notes: [String]

  private static let sides = [32, 64, 128]

  /// - Parameters:
  ///   - folder: that of the file which will say it, beside which the data are looked for.
  ///   - side: what was asked for.
  init(_ chosen: ChosenPictures, besides folder: String, _ request: LoadRequest, side: Int?) throws
  {
    var request = request
    request.folders.insert(folder, at: 0)
    if let pictures = chosen.source as? Folder {
      try self.init(pictures, chosen, request, side)
    } else {
      try self.init(set: chosen, request, side)
    }
    guard count > 1 else {
      throw Failure(
        status: .files,
        message:
          "error: \(chosen.name): there is one picture in it, and networks learn from the differences "
          + "of many\n  = gan-exp data check \(chosen.name.shellWord)")
    }
  }

  private init(
    _ pictures: Folder, _ chosen: ChosenPictures, _ request: LoadRequest, _ asked: Int?
  ) throws {
    let name = chosen.name
    let survey: FolderSurvey
    do throws(DatasetError) { survey = try pictures.survey(request) } catch {
      throw Failure.data(error)
    }
    let count = survey.sizes.values.reduce(0, +)
    guard count > 0 else {
      throw Failure(
        status: .files,
        message: "error: \(name): there is no picture in it (JPEG, PNG or WebP)\n"
          + "  = gan-exp data check \(name.shellWord)")
    }
    let shorter = survey.sizes.flatMap {
      Array(repeating: min($0.key.width, $0.key.height), count: $0.value)
    }.sorted()[count / 2]
    let side = asked ?? (shorter >= 64 ? 64 : 32)
    var notes: [String] = []
    if asked == nil, shorter >= 128 {
      notes.append(
        "64×64 is what a processor trains in hours; --size 128 takes about four times as long")
    }
    if shorter < side {
      notes.append("half of the pictures are smaller than \(side)×\(side), and are enlarged")
    }
    let isGrey = survey.greyCount == count
    if !isGrey, survey.greyCount > 0 {
      notes.append("\(survey.greyCount) of \(count) pictures are grey, and are taken as colour")
    }
    if count < 2000 {
      notes.append(
        "\(count) pictures are few: `augment` in the file keeps the critic from learning them by heart"
      )
    }
    let common = survey.sizes.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    let classes = max(1, survey.classNames.count)
    source = chosen.written
    self.side = side
    isResized = survey.sizes.count > 1 || common?.width != side || common?.height != side
    channels = isGrey ? 1 : 3
    classCount = classes
    self.count = count
    words =
      "\(count) \(isGrey ? "grey " : "")pictures"
      + (common.map { ", \(survey.sizes.count > 1 ? "most of them " : "")\($0.width)×\($0.height)" }
        ?? "")
      + (classes > 1 ? ", in \(classes) classes" : "")
    self.notes = notes
  }

  private init(
    set chosen: ChosenPictures, _ request: LoadRequest, _ asked: Int?
  ) throws {
    let (source, name) = (chosen.source, chosen.name)
    let stored: (format: SampleFormat, classes: Int, count: Int)
    if let format = source.storedFormat, let classes = source.classCount {
      // What is published need not be here yet.
      stored = (format, classes, .max)
    } else {
      do throws(DatasetError) {
        let set = try source.load(request)
        stored = (set.format, set.classCounts.count, set.count)
      } catch {
        throw Failure.data(error)
      }
    }
    guard case .image(let format) = stored.format else {
      throw Failure(
        status: .commandLine,
        message: "error: \(name) are vectors, and a new experiment is for pictures\n"
          + "  = experiments/mixtures has files for those")
    }
    let side = asked ?? (format.height >= 64 ? 64 : 32)
    self.source = chosen.written
    self.side = side
    isResized = format.height != side || format.width != side
    channels = format.channels
    classCount = max(1, stored.classes)
    count = stored.count
    words =
      "\(name): \(format.channels)×\(format.height)×\(format.width)"
      + (stored.classes > 1 ? ", \(stored.classes) classes" : "")
    notes = []
  }
}
