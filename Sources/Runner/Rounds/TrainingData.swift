import Images
import RunFormat
import Spec

/// The samples of a run as its networks see them, and their classes if the game has labels.
package struct TrainingData: Sendable {
  package let samples: any SampleStore
  /// A class for each sample, each below `classes`; nil when the game has none.
  package let labels: [Int32]?
  /// What the classes are called, for pictures; may be empty.
  package let classNames: [String]
  package let digest: String
  /// Files of the source that were left out because they cannot be used.
  package let skipped: [BadImage]
  /// What else is said of them when a run begins.
  package let remarks: SourceRemarks

  /// - Parameter samples: those of `set`, as networks see them.
  /// - Throws: `.data` when the game wants labels that the set does not have.
  package init(
    _ set: any SampleSet, samples: any SampleStore, labels section: SourceLabels?
  ) throws(RunError) {
    guard set.count > 0 else { throw .data("\(set.name): no \(set.format.plural)") }
    self.samples = samples
    digest = set.digest
    skipped = set.skipped
    guard let section else {
      (labels, classNames, remarks) = (nil, [], set.remarks)
      return
    }
    guard let labels = set.labels else {
      throw .data(
        "\(set.name) has no labels, which \(section.origin.summary) asks for: "
          + "leave labels out, or take data that have them")
    }
    let limit = Int32(clamping: section.classes)
    if let index = labels.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      let needed = (labels.max().map(Int.init) ?? 0) + 1
      throw .data(
        "\(set.name): \(set.format.singular) \(index) is of class \(labels[index]), and "
          + "\(section.key) is \(section.classes) (\(section.origin.summary)): "
          + "write \(section.advice(needed))")
    }
    (self.labels, classNames) = (labels, set.classNames)
    var remarks = set.remarks
    if let warning = Self.warning(ofClassesWithout: labels, section, of: set) {
      remarks.warnings.append(warning)
    }
    self.remarks = remarks
  }

  /// Classes that the networks know and the data never show.
  private static func warning(
    ofClassesWithout labels: [Int32], _ section: SourceLabels, of set: any SampleSet
  ) -> String? {
    let used = Set(labels)
    guard used.count < section.classes else { return nil }
    let absent = (0..<section.classes).lazy.filter { !used.contains(Int32($0)) }
    let first = absent.prefix(5).map(String.init).joined(separator: ", ")
    let count = section.classes - used.count
    let needed = (used.max().map(Int.init) ?? 0) + 1
    let remedy =
      needed < section.classes
      ? "write \(section.advice(needed))" : "their pictures are made by chance"
    return "\(section.key) is \(section.classes) (\(section.origin.summary)), and \(set.name) has "
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
      throw .data("\(error)")
    }
  }
}
