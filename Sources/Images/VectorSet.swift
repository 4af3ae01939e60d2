import Digests
import Spec
import TensorCore

/// A data set of vectors, one after the other. Networks see the numbers as they are stored.
///
/// `values` has `count · length` elements.
package struct VectorSet: SampleSet, SampleStore {
  package let name: String
  package let count: Int
  package let length: Int
  package let values: [Float]
  package let labels: [Int32]?
  package let classNames: [String]
  package let digest: String

  package init(
    name: String, length: Int, values: [Float], labels: [Int32]? = nil, classNames: [String] = []
  ) {
    precondition(length > 0 && values.count % length == 0)
    count = values.count / length
    precondition(labels.map { [count] in $0.count == count } ?? true)
    (self.name, self.length, self.values) = (name, length, values)
    (self.labels, self.classNames) = (labels, classNames)
    digest = Self.contentDigest(count: count, length: length, values: values, labels: labels)
  }

  package var format: SampleFormat { .vector(length: length) }

  package func store(size: Int?, range: ValueRange) -> any SampleStore { self }

  package func preview(columns: Int) -> Raster { ScatterPlot(of: self, shown: 10_000).drawReal() }

  package var isOnDisk: Bool { false }

  package func elements(
    of indices: ArraySlice<Int>
  ) throws(DatasetError) -> HostTensor.Elements { .float32(values(of: Array(indices))) }

  package func values(of indices: [Int]) -> [Float] {
    indices.flatMap { index in
      precondition(index >= 0 && index < count, "a vector's index is within the data set")
      return values[(index * length)..<((index + 1) * length)]
    }
  }

  private static func contentDigest(
    count: Int, length: Int, values: [Float], labels: [Int32]?
  ) -> String {
    var hash = SHA256()
    hash.update(Array("vectors \(count)x\(length)\n".utf8))
    unsafe values.map(\.bitPattern.littleEndian).withUnsafeBytes {
      unsafe hash.update($0)
    }
    if let labels {
      hash.update(Array("labels\n".utf8))
      unsafe labels.map(\.littleEndian).withUnsafeBytes { unsafe hash.update($0) }
    }
    return hash.hexadecimal
  }
}
