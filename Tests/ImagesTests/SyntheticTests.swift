import Testing

@testable import Images
@testable import Spec

@Suite struct SyntheticTests {
  @Test
  func theBytesAreThoseOfEveryOtherMachine() throws {
    let set = try Synthetic(count: 200, seed: 3).load(dataDirectory: [])
    #expect(set.digest == "c67abcb245f748b924326ea82d9bbad9cfd5e50a9fa7568918e324aaa74c5998")
  }

  @Test
  func aSetIsTheBeginningOfALargerOneAndAnotherSeedDrawsOthers() throws {
    let small = try Synthetic(count: 150, seed: 1).load(dataDirectory: [])
    let large = try Synthetic(count: 400, seed: 1).load(dataDirectory: [])
    let other = try Synthetic(count: 150, seed: 2).load(dataDirectory: [])
    #expect(try small.pixels == Array(large.pixels.prefix(150 * 784)))
    #expect(small.labels == Array(large.labels!.prefix(150)))
    let same = try (0..<150).filter { image in
      let part = (image * 784)..<((image + 1) * 784)
      return try small.pixels[part] == other.pixels[part]
    }
    #expect(same.isEmpty)
  }

  @Test
  func classesAreEquallyFrequentAndNoTwoImagesAreTheSame() throws {
    let set = try Synthetic(count: 1_000, seed: 0).load(dataDirectory: [])
    #expect(set.classCounts == [Int](repeating: 100, count: 10))
    let images = try Set((0..<1_000).map { try Array(set.pixels[($0 * 784)..<(($0 + 1) * 784)]) })
    #expect(images.count == 1_000)
  }

  @Test
  func anImageIsAWhiteStrokeOnBlackThatNothingCutsOff() throws {
    let set = try Synthetic(count: 1_000, seed: 5).load(dataDirectory: [])
    for image in 0..<1_000 {
      let pixels = try set.pixels[(image * 784)..<((image + 1) * 784)]
      let lit = pixels.count { $0 > 127 }
      #expect(lit > 20 && lit < 260)
      #expect(pixels.max()! > 200)
      let border = pixels.enumerated().filter {
        $0.offset % 28 == 0 || $0.offset % 28 == 27 || $0.offset < 28 || $0.offset >= 756
      }
      #expect(border.allSatisfy { $0.element < 128 }, "image \(image)")
    }
  }

  @Test
  func theMeanOfEachClassTellsTheDigitsApart() throws {
    let set = try Synthetic(count: 2_000, seed: 8).load(dataDirectory: [])
    #expect(try accuracy(means(of: set), on: Synthetic(count: 500, seed: 9)) > 0.85)
  }

  @Test(.enabled(if: RealData.folder != nil, RealData.absent))
  func theMeansOfTheRealDigitsTellTheDrawnOnesApart() throws {
    let real = try Mnist(split: .test).load(dataDirectory: [#require(RealData.folder)])
    #expect(try accuracy(means(of: real), on: Synthetic(count: 1_000, seed: 4)) > 0.75)
  }

  private func means(of set: ImageSet) throws -> [[Float]] {
    let pixels = try set.pixels
    var sums = [[Float]](repeating: [Float](repeating: 0, count: 784), count: 10)
    for (image, label) in set.labels!.enumerated() {
      for i in 0..<784 { sums[Int(label)][i] += Float(pixels[image * 784 + i]) }
    }
    return zip(sums, set.classCounts).map { sum, count in sum.map { $0 / Float(count) } }
  }

  private func accuracy(_ means: [[Float]], on source: Synthetic) throws -> Double {
    let set = try source.load(dataDirectory: [])
    let right = try (0..<set.count).count { image in
      let pixels = try set.pixels[(image * 784)..<((image + 1) * 784)].map(Float.init)
      let distances = means.map { mean in
        zip(mean, pixels).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      return distances.firstIndex(of: distances.min()!)! == Int(set.labels![image])
    }
    return Double(right) / Double(set.count)
  }
}
