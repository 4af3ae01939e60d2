import Foundation
import Testing

@testable import Images

@Suite struct CifarTests {
  /// Records in which red is the label, green twice and blue three times it, by rows.
  private static func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.flatMap { labels -> [UInt8] in
      let planes: [UInt8] = (1...3).flatMap { plane in
        (0..<1024).map {
          UInt8(truncatingIfNeeded: Int(labels[labels.count - 1]) * plane + $0 / 32)
        }
      }
      return labels + planes
    }
  }

  private static func fill(_ folder: TemporaryFolder, _ place: String) throws {
    for part in 1...5 {
      try folder.write("\(place)/data_batch_\(part).bin", records([[UInt8(part)], [0]]))
    }
    try folder.write("\(place)/test_batch.bin", records([[9]]))
    try folder.write(
      "\(place)/batches.meta.txt", Array((0..<10).map { "name\($0)\n" }.joined().utf8) + [10])
  }

  @Test
  func cifar10IsPlanesWithALabelBeforeThemInSixFiles() throws {
    let folder = try TemporaryFolder()
    try Self.fill(folder, "cifar10/cifar-10-batches-bin")
    let set = try Cifar10().load(LoadRequest(folders: [folder.path]))
    #expect(set.count == 10 && (set.height, set.width, set.channels) == (32, 32, 3))
    #expect(set.labels == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0])
    #expect(set.classNames == (0..<10).map { "name\($0)" })
    // The second image of the third row, fifth image.
    #expect(try set.store.bytes((4 * 3072)..<(4 * 3072 + 3)) == [3, 6, 9])
    #expect(try set.store.bytes((4 * 3072 + 64 * 3)..<(4 * 3072 + 64 * 3 + 3)) == [5, 8, 11])
    #expect(try Cifar10(split: .test).load(LoadRequest(folders: [folder.path])).labels == [9])
  }

  @Test
  func thePublishedArchiveIsReadWithoutUnpackingIt() throws {
    let folder = try TemporaryFolder()
    try Self.fill(folder, "cifar-10-batches-bin")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "tar", "-czf", "\(folder.path)/cifar-10-binary.tar.gz", "-C", folder.path, "--remove-files",
      "cifar-10-batches-bin",
    ]
    try process.run()
    process.waitUntilExit()
    #expect(folder.names == ["cifar-10-binary.tar.gz"])
    let set = try Cifar10().load(LoadRequest(folders: [folder.path]))
    #expect(set.labels == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0] && set.classNames[9] == "name9")
  }

  @Test
  func cifar100HasTwoLabelsAnImage() throws {
    let folder = try TemporaryFolder()
    try folder.write("cifar-100-binary/train.bin", Self.records([[19, 99], [3, 7]]))
    let fine = try Cifar100().load(LoadRequest(folders: [folder.path]))
    #expect(fine.labels == [99, 7] && fine.classNames.count == 100)
    let coarse = try Cifar100(classes: .coarse).load(LoadRequest(folders: [folder.path]))
    #expect(coarse.labels == [19, 3] && coarse.classNames.count == 20)
    #expect(try coarse.pixels == fine.pixels)
  }

  @Test
  func recordsThatAreCutLabelsThatAreTooHighAndFilesThatAreMissingAreNamed() throws {
    let folder = try TemporaryFolder()
    let absent = #expect(throws: DatasetError.self) {
      try Cifar10(split: .test).load(LoadRequest(folders: [folder.path]))
    }
    #expect("\(absent!)".contains("test_batch.bin not found"))
    #expect("\(absent!)".contains("/cifar-10-binary.tar.gz"))
    for (bytes, says) in [
      (Array(Self.records([[1]]).dropLast()), "expected whole records of 3073 bytes"),
      (Self.records([[1], [10]]), "found    label 10 of image 1"),
    ] {
      try folder.write("test_batch.bin", bytes)
      let error = #expect(throws: DatasetError.self) {
        try Cifar10(split: .test).load(LoadRequest(folders: [folder.path]))
      }
      #expect("\(error!)".contains(says), "\(error!)")
    }
  }
}
