import Spec
import TensorCore

/// A data set that has been read, as it is stored: images or vectors.
package protocol SampleSet: Sendable {
  /// In two or three words: `mnist train`.
  var name: String { get }
  var count: Int { get }
  /// What one sample is, as stored.
  var format: SampleFormat { get }
  /// One class index a sample, into `classNames`; nil for a set without labels.
  var labels: [Int32]? { get }
  var classNames: [String] { get }
  /// SHA-256 in hex of shape, content and labels: the same content has the same digest, whatever file
  /// it came from.
  var digest: String { get }
  /// Files that were left out because they cannot be used.
  var skipped: [BadImage] { get }
  /// What else there is to say of the files.
  var remarks: SourceRemarks { get }

  /// The samples as networks see them: images resized and scaled, vectors as they are.
  ///
  /// - Throws: when the samples can no longer be read.
  func store(size: Int?, range: ValueRange) throws(DatasetError) -> any SampleStore

  /// A picture of the first samples, with `columns` images a row where they are images.
  ///
  /// - Throws: when the samples can no longer be read.
  func preview(columns: Int) throws(DatasetError) -> Raster
}

extension SampleSet {
  package var skipped: [BadImage] { [] }
  package var remarks: SourceRemarks { SourceRemarks() }

  /// How many samples each class has, in the order of `classNames`; empty without labels.
  package var classCounts: [Int] {
    guard let labels else { return [] }
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels where counts.indices.contains(Int(label)) { counts[Int(label)] += 1 }
    return counts
  }
}

/// Samples as networks see them, from which batches are copied.
package protocol SampleStore: Sendable {
  /// What one sample is, as networks see it.
  var format: SampleFormat { get }
  var count: Int { get }
  /// Whether samples are read from a disk whenever they are used, so that it pays to be early.
  var isOnDisk: Bool { get }

  /// The samples `indices`, in that order, as a run feeds them: images as the bytes they are stored
  /// in, which the graph scales, vectors as they are.
  ///
  /// - Throws: when a sample is no longer what it was.
  func elements(of indices: ArraySlice<Int>) throws(DatasetError) -> HostTensor.Elements

  /// The samples `indices`, in that order, as networks see them, row-major, channels last. An index
  /// outside `0..<count` is a mistake of the caller and stops the program.
  ///
  /// - Throws: when a sample is no longer what it was.
  func values(of indices: [Int]) throws(DatasetError) -> [Float]
}
