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

  /// - Parameter samples: those of `set`, as networks see them.
  /// - Throws: `.data` when the game wants labels that the set does not have.
  package init(
    _ set: any SampleSet, samples: any SampleStore, labels section: LabelsSection?
  ) throws(RunError) {
    guard set.count > 0 else { throw .data("\(set.name): no \(set.format.plural)") }
    self.samples = samples
    digest = set.digest
    skipped = set.skipped
    guard let section else {
      (labels, classNames) = (nil, [])
      return
    }
    guard let labels = set.labels else {
      throw .data("\(set.name) has no labels: set labels: none, or take data that have")
    }
    let limit = Int32(clamping: section.classes)
    if let index = labels.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      throw .data(
        "\(set.name): \(set.format.singular) \(index) is of class \(labels[index]), "
          + "labels.classes is \(section.classes)")
    }
    (self.labels, classNames) = (labels, set.classNames)
  }
}
