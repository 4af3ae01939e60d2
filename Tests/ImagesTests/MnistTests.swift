import Digests
import Foundation
import Testing

@testable import Images
@testable import Spec

@Suite struct MnistTests {
  @Test(
    .enabled(if: RealData.folder != nil, RealData.absent),
    arguments: [
      (
        Mnist.Split.train, 60_000, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
        "1fb1722e155c59ca35442c3d3ea50e7fbb3d87e0a368bffef9dd2fab16a27a19"
      ),
      (
        Mnist.Split.test, 10_000, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
        "d35c26332dba3998aea6e483b123d11ec1b91aa6b5d592c997667e67c29d5c41"
      ),
    ])
  func thePublishedFilesAreWholeAndOfTenClasses(
    _ split: Mnist.Split, _ count: Int, _ classes: [Int], _ digest: String
  ) throws {
    let folder = try #require(RealData.folder)
    for directory in [folder, folder + "/mnist"] {
      let set = try Mnist(split: split).load(dataDirectory: ["/nowhere", directory])
      #expect((set.count, set.height, set.width, set.channels) == (count, 28, 28, 1))
      #expect(set.classCounts == classes)
      #expect(set.digest == digest)
    }
  }

  @Test
  func aFileThatIsMissingIsSaidWithEveryPlaceLookedAtAndHowToGetIt() throws {
    let folder = try TemporaryFolder()
    try folder.write("mnist/train-images-idx3-ubyte", [1])
    let error = #expect(throws: DatasetError.self) {
      try Mnist().load(dataDirectory: [folder.path, "/b"])
    }
    let text = "\(error!)"
    for words in [
      "train-labels-idx1-ubyte) not found", "\(folder.path)/mnist/train-labels-idx1-ubyte.gz",
      "\(folder.path)/train-labels-idx1-ubyte\n", "/b/MNIST/raw/train-labels-idx1-ubyte",
      "gan-exp data get mnist", "--data-dir",
    ] { #expect(text.contains(words), "\(text)") }
  }

  @Test
  func anotherContentIsRefusedWithBothDigests() throws {
    let folder = try TemporaryFolder()
    let images = IdxFile.encode(dimensions: [2, 2, 2], elements: [0, 1, 2, 3, 4, 5, 6, 7])
    let path = try folder.write("mnist/train-images-idx3-ubyte", images)
    try folder.write("mnist/train-labels-idx1-ubyte", IdxTests.plainLabels)
    let error = #expect(throws: DatasetError.self) {
      try Mnist().load(dataDirectory: [folder.path])
    }
    let text = "\(error!)"
    for words in [
      path, "expected 6bbc9ace898e44ae57da46a324031adb", "found    \(md5Hexadecimal(images))",
      "gan-exp data get mnist",
    ] { #expect(text.contains(words), "\(text)") }
  }

  @Test
  func setsInMNISTsFilesAreFoundInTheirOwnFolderAndHaveNamesForTheirClasses() throws {
    let folder = try TemporaryFolder()
    let images = IdxFile.encode(
      dimensions: [10_000, 28, 28], elements: [UInt8](repeating: 3, count: 7_840_000))
    let labels = IdxFile.encode(
      dimensions: [10_000], elements: (0..<10_000).map { UInt8($0 % 10) })
    for place in ["fashion_mnist", "KMNIST/raw"] {
      try folder.write("\(place)/t10k-images-idx3-ubyte", images)
      try folder.write("\(place)/t10k-labels-idx1-ubyte", labels)
    }
    let request = LoadRequest(folders: [folder.path])
    let clothes = try FashionMnist(split: .test).load(request)
    #expect(clothes.classNames[9] == "Ankle boot" && clothes.count == 10_000)
    #expect(try Kmnist(split: .test).load(request).classNames[9] == "wo")
    let missing = #expect(throws: DatasetError.self) { try Kmnist().load(request) }
    #expect("\(missing!)".contains("kmnist (train-images-idx3-ubyte) not found"))
    try folder.write("fashion_mnist/t10k-images-idx3-ubyte", Array(images.dropLast()))
    let cut = #expect(throws: DatasetError.self) { try FashionMnist(split: .test).load(request) }
    #expect("\(cut!)".contains("expected 7840016 bytes of content"))
  }
}
