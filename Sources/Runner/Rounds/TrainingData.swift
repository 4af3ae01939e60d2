import Images
import RunFormat
import Spec
import TensorCore

/// The samples of one source as networks see them, and their classes if the game asks for labels.
package struct TrainingData: Sendable {
  package let samples: any SampleStore
  /// A class for each sample, each below `classes`; nil when none are asked for.
  package let labels: [Int32]?
  /// What the classes are called, for pictures; may be empty.
  package let classNames: [String]
  package let digest: String
  /// Files of the source that were left out because they cannot be used.
  package let skipped: [BadImage]
  /// What else is said of them when a run begins.
  package let remarks: SourceRemarks
  /// Stands before messages: the name of the source where there are several.
  private let place: String

  /// - Parameter samples: those of `set`, as networks see them.
  /// - Throws: `.data` when the game wants labels that the set does not have.
  package init(
    _ set: any SampleSet, samples: any SampleStore, labels section: LabelsSection?
  ) throws(RunError) {
    try self.init(set, samples: samples, classes: section.map(AskedClasses.init))
  }

  /// - Parameters:
  ///   - samples: those of `set`, as networks see them.
  ///   - classes: that the game asks for; nil: none.
  ///   - source: its name, where there are several.
  /// - Throws: `.data` when the set is empty, or lacks what is asked for.
  package init(
    _ set: any SampleSet, samples: any SampleStore, classes: AskedClasses?, of source: String? = nil
  ) throws(RunError) {
    let place = source.map { "\($0): " } ?? ""
    guard set.count > 0 else { throw .data("\(place)\(set.name): no \(set.format.plural)") }
    (self.samples, self.place) = (samples, place)
    digest = set.digest
    skipped = set.skipped
    guard let classes else {
      (labels, classNames, remarks) = (nil, [], set.remarks)
      return
    }
    guard let labels = set.labels else {
      throw .data(
        "\(place)\(set.name) has no labels, which \(classes.origin.summary) asks for: "
          + "leave \(classes.section) out, or take data that have them")
    }
    let limit = Int32(clamping: classes.count)
    if let index = labels.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      let needed = (labels.max().map(Int.init) ?? 0) + 1
      throw .data(
        "\(place)\(set.name): \(set.format.singular) \(index) is of class \(labels[index]), and "
          + "\(classes.key) is \(classes.count) (\(classes.origin.summary)): "
          + "write \(classes.written(needed))")
    }
    (self.labels, classNames) = (labels, set.classNames)
    var remarks = set.remarks
    if let warning = Self.warning(ofClassesWithout: labels, classes, of: set) {
      remarks.warnings.append(warning)
    }
    self.remarks = remarks
  }

  /// Classes that the networks know and the data never show.
  private static func warning(
    ofClassesWithout labels: [Int32], _ classes: AskedClasses, of set: any SampleSet
  ) -> String? {
    let used = Set(labels)
    guard used.count < classes.count else { return nil }
    let absent = (0..<classes.count).lazy.filter { !used.contains(Int32($0)) }
    let first = absent.prefix(5).map(String.init).joined(separator: ", ")
    let count = classes.count - used.count
    let needed = (used.max().map(Int.init) ?? 0) + 1
    let remedy =
      needed < classes.count
      ? "write \(classes.written(needed))" : "their pictures are made by chance"
    return "\(classes.key) is \(classes.count) (\(classes.origin.summary)), and \(set.name) has "
      + "no \(set.format.singular) of \(count) of these classes (\(first)\(count > 5 ? ", …" : "")): "
      + remedy
  }
}

extension TrainingData {
  /// The samples `indices` as networks see them, row-major, channels last.
  ///
  /// - Throws: `.data` when one of them is no longer what it was.
  func values(of indices: [Int]) throws(RunError) -> [Float] {
    do throws(DatasetError) { return try samples.values(of: indices) } catch {
      throw failure(error)
    }
  }

  /// The same as a run feeds them.
  func elements(of indices: ArraySlice<Int>) throws(RunError) -> HostTensor.Elements {
    do throws(DatasetError) { return try samples.elements(of: indices) } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: DatasetError) -> RunError { .data("\(place)\(error)") }
}
