import Digests
import Foundation
import Synchronization
import Testing

@testable import Images

@Suite struct DownloadTests {
  static let content = noise(300_000, seed: 1)
  static let zipped = storedGzip(content)
  static let published = Published(
    name: "tiny",
    files: [Published.File(name: "a.gz", md5: md5Hexadecimal(content), size: content.count)],
    mirrors: [])

  private func download(from server: TestServer..., patience: Double = 10) -> Download {
    Download(Self.published, origin: .mirrors(server.map(\.address)), patience: patience)
  }

  @Test
  func aFileArrivesUnderItsNameWithProgressToTheEndAndOnlyOnce() throws {
    let folder = try TemporaryFolder()
    let server = try TestServer { .file(Self.zipped, $0) }
    defer { server.stop() }
    let seen = Mutex<[Download.Progress]>([])
    let target = folder.path + "/new/tiny"
    let paths = try download(from: server).run(into: target) { progress in
      seen.withLock { $0.append(progress) }
    }
    #expect(paths == [target + "/a.gz"])
    #expect(try folder.read("new/tiny/a.gz") == Self.zipped)
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["a.gz"])
    let last = seen.withLock { $0.last }
    #expect(last?.received == Self.zipped.count && last?.total == Self.zipped.count)
    #expect(last?.file == "a.gz" && last?.source == server.address + "a.gz")

    _ = try download(from: server).run(into: target) { _ in }
    #expect(server.requests.count == 1)
  }

  @Test
  func whereThePublisherStatesTheDigestOfThePackedFileThatIsWhatIsChecked() throws {
    let other = storedGzip(noise(300_000, seed: 2))
    for (served, isGood) in [(Self.zipped, true), (Self.content, true), (other, false)] {
      let folder = try TemporaryFolder()
      let server = try TestServer { .file(served, $0) }
      defer { server.stop() }
      let file = Published.File(
        name: "a.gz", packedMD5: md5Hexadecimal(Self.zipped), size: Self.content.count)
      let download = Download(
        Published(name: "tiny", files: [file], mirrors: []), origin: .mirrors([server.address]))
      let result = Result { () throws(DatasetError) in
        try download.run(into: folder.path) { _ in }
      }
      if case .failure(let error) = result {
        #expect("\(error)".contains("MD5 expected \(md5Hexadecimal(Self.zipped))"))
      }
      #expect(((try? result.get()) != nil) == isGood)
    }
  }

  @Test
  func anArchiveIsTakenAsItIsPackedAndKeepsItsName() throws {
    let file = Published.File(
      archive: "a.tar.gz", md5: md5Hexadecimal(Self.zipped), size: Self.zipped.count)
    let published = Published(name: "tiny", files: [file], mirrors: [])
    for (served, isGood) in [(Self.zipped, true), (Self.content, false)] {
      let folder = try TemporaryFolder()
      let server = try TestServer { .file(served, $0) }
      defer { server.stop() }
      let download = Download(published, origin: .mirrors([server.address]))
      let result = Result { () throws(DatasetError) in
        try download.run(into: folder.path) { _ in }
      }
      #expect(((try? result.get()) == [folder.path + "/a.tar.gz"]) == isGood)
      guard isGood else { continue }
      #expect(try folder.read("a.tar.gz") == Self.zipped)
      #expect(folder.names == ["a.tar.gz"] && server.requests.map(\.path) == ["/a.tar.gz"])
      // What is there is not fetched again.
      _ = try download.run(into: folder.path) { _ in }
      #expect(server.requests.count == 1)
    }
  }

  @Test func whatDataGetBringsIsWhereTheSourcesLookForIt() {
    for published in [Cifar10.published, Cifar100.published] {
      let file = published?.files.first
      #expect(
        file?.name == (published?.name == "cifar10" ? "cifar-10" : "cifar-100") + "-binary.tar.gz")
      #expect(published?.mirrors == ["https://www.cs.toronto.edu/~kriz/"])
    }
  }

  @Test
  func aConnectionThatIsCutIsTakenUpWhereItEnded() throws {
    let folder = try TemporaryFolder()
    let server = try TestServer {
      .file(Self.zipped, $0, cutAfter: ($0.from ?? 0) < 200_000 ? 100_000 : nil)
    }
    defer { server.stop() }
    _ = try download(from: server).run(into: folder.path) { _ in }
    #expect(try folder.read("a.gz") == Self.zipped)
    #expect(folder.names == ["a.gz"])
    #expect(server.requests.map(\.from) == [nil, 100_000, 200_000])
  }

  @Test
  func whatAnEarlierRunLeftIsContinuedByTheNext() throws {
    let folder = try TemporaryFolder()
    let first = try TestServer { $0.from == nil ? .file(Self.zipped, $0, cutAfter: 50_000) : .gone }
    defer { first.stop() }
    let error = #expect(throws: DatasetError.self) {
      try download(from: first).run(into: folder.path) { _ in }
    }
    #expect("\(error!)".contains("cut after 50000 bytes") && "\(error!)".contains("HTTP 404"))
    #expect(folder.names == ["a.gz.part"])

    let second = try TestServer { .file(Self.zipped, $0) }
    defer { second.stop() }
    _ = try download(from: second).run(into: folder.path) { _ in }
    #expect(second.requests.map(\.from) == [50_000])
    #expect(try folder.read("a.gz") == Self.zipped)
  }

  @Test(arguments: [
    ([UInt8](repeating: 7, count: 1_000), true), ([UInt8](repeating: 7, count: 1_000), false),
    (zipped + [1], true),
  ])
  func aPartThatDoesNotFitIsThrownAwayAndTheFileFetchedAnew(_ part: [UInt8], _ knowsRanges: Bool)
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write("a.gz.part", part)
    let server = try TestServer { request in
      knowsRanges ? .file(Self.zipped, request) : Reply(body: Self.zipped)
    }
    defer { server.stop() }
    _ = try download(from: server).run(into: folder.path) { _ in }
    #expect(try folder.read("a.gz") == Self.zipped)
    #expect(folder.names == ["a.gz"])
  }

  @Test(arguments: ["9223372036854775807", "9223372036854775000", "400000000"], [nil, 1_000])
  func aLengthThatNoFileHasIsRefusedAndWhatIsThereStays(_ length: String, _ present: Int?) throws {
    let folder = try TemporaryFolder()
    if let present { try folder.write("a.gz.part", Array(Self.zipped.prefix(present))) }
    let server = try TestServer { request in
      var reply = Reply.file(Self.zipped, request)
      reply.statedLength = length
      return reply
    }
    defer { server.stop() }
    let error = #expect(throws: DatasetError.self) {
      try download(from: server).run(into: folder.path) { _ in }
    }
    #expect("\(error!)".contains("says that it sends \(length) bytes, more than the"), "\(error!)")
    #expect(folder.names == (present == nil ? [] : ["a.gz.part"]))
  }

  /// Nobody has said how long it is: that it ends within a chunk tells.
  @Test func aBodyInChunksThatIsCutIsGoneOnWith() throws {
    let chunk = Array("\(String(Self.zipped.count, radix: 16))\r\n".utf8) + Self.zipped
    let folder = try TemporaryFolder()
    let server = try TestServer { request in
      request.from == nil
        ? Reply(
          headers: ["Transfer-Encoding: chunked"], body: chunk, isWithoutLength: true,
          cutAfter: 150_000)
        : .file(Self.zipped, request)
    }
    defer { server.stop() }
    _ = try download(from: server).run(into: folder.path) { _ in }
    #expect(try folder.read("a.gz") == Self.zipped)
    #expect(server.requests.count == 2 && server.requests[1].from ?? 0 > 100_000)
  }

  @Test
  func aBodyInChunksOneWithoutALengthAndOneAtAnotherAddressAreRead() throws {
    let chunked =
      stride(from: 0, to: Self.zipped.count, by: 70_000).flatMap { start in
        let piece = Self.zipped[start..<min(Self.zipped.count, start + 70_000)]
        return Array("\(String(piece.count, radix: 16)); x=1\r\n".utf8) + piece + [13, 10]
      } + Array("0\r\n".utf8)
    let (plain, withTrailer) = (Array("\r\n".utf8), Array("Content-Length: 7\r\n\r\n".utf8))
    for reply in [
      Reply(headers: ["Transfer-Encoding: chunked"], body: chunked + plain, isWithoutLength: true),
      Reply(
        headers: ["Transfer-Encoding: chunked"], body: chunked + withTrailer, isWithoutLength: true),
      Reply(body: Self.zipped, isWithoutLength: true),
    ] {
      let folder = try TemporaryFolder()
      let server = try TestServer { request in
        request.path == "/a.gz" ? Reply(status: 301, headers: ["Location: ../b/c"]) : reply
      }
      defer { server.stop() }
      _ = try download(from: server).run(into: folder.path) { _ in }
      #expect(try folder.read("a.gz") == Self.zipped)
      #expect(server.requests.map(\.path) == ["/a.gz", "/b/c"])
    }
  }

  struct Failing: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reply: TestServer.Reply
    let says: String
  }

  static let failing: [Failing] = [
    Failing(testDescription: "not there", reply: Reply.gone, says: "HTTP 404"),
    Failing(testDescription: "server error", reply: Reply(status: 503), says: "HTTP 503"),
    Failing(
      testDescription: "another content", reply: Reply(body: storedGzip(noise(300_000, seed: 2))),
      says: "MD5 expected \(md5Hexadecimal(content)), found"),
    Failing(
      testDescription: "a page of a hotel", reply: Reply(body: Array("<html>pay</html>".utf8)),
      says: "expected 300000 bytes of content, found 16 bytes"),
    Failing(
      testDescription: "endless", reply: Reply(body: zipped + [UInt8](repeating: 0, count: 50_000)),
      says: "more than the"),
    Failing(
      testDescription: "endless, without a length",
      reply: Reply(
        body: zipped + [UInt8](repeating: 0, count: 50_000), isWithoutLength: true),
      says: "sends more than the"),
    Failing(
      testDescription: "no HTTP", reply: Reply(rawHead: "220 mail.example ESMTP"),
      says: "not an answer in HTTP"),
    Failing(
      testDescription: "moved in a circle",
      reply: Reply(status: 302, headers: ["Location: /a.gz"]), says: "more than 5 redirections"),
    Failing(testDescription: "cut at once", reply: Reply(body: zipped, cutAfter: 0), says: "cut"),
    Failing(testDescription: "silent", reply: Reply(isSilent: true), says: "/a.gz: "),
  ]

  @Test(arguments: failing)
  func aMirrorThatFailsIsNamedAndTheNextOneAsked(_ failing: Failing) throws {
    let bad = try TestServer { _ in failing.reply }
    let good = try TestServer { .file(Self.zipped, $0) }
    defer {
      bad.stop()
      good.stop()
    }
    let folder = try TemporaryFolder()
    _ = try download(from: bad, good, patience: 1).run(into: folder.path) { _ in }
    #expect(try folder.read("a.gz") == Self.zipped)
    #expect(good.requests.count == 1)

    let empty = try TemporaryFolder()
    let error = #expect(throws: DatasetError.self) {
      try download(from: bad, patience: 1).run(into: empty.path) { _ in }
    }
    let text = "\(error!)"
    #expect(
      text.contains(failing.says) && text.contains(bad.address) && text.contains("--from"),
      "\(text)")
    #expect(empty.names == [])
  }

  @Test
  func aDamagedFileIsReplacedAndWhatIsThereStaysWhenNothingBetterComes() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.gz", Array(Self.zipped.dropLast(9)))
    let bad = try TestServer { _ in Reply.gone }
    let good = try TestServer { .file(Self.zipped, $0) }
    defer {
      bad.stop()
      good.stop()
    }
    #expect(throws: DatasetError.self) {
      try download(from: bad).run(into: folder.path) { _ in }
    }
    #expect(try folder.read("a.gz").count == Self.zipped.count - 9)
    _ = try download(from: good).run(into: folder.path) { _ in }
    #expect(try folder.read("a.gz") == Self.zipped)
  }

  @Test(arguments: ["a.gz", "a", "tiny/a", "MNIST/raw/a.gz"])
  func aCopyAtHandIsCheckedAndCopied(_ name: String) throws {
    let (source, target) = (try TemporaryFolder(), try TemporaryFolder())
    try source.write(name, name.hasSuffix("gz") ? Self.zipped : Self.content)
    let paths = try Download(Self.published, from: source.path).run(into: target.path) { _ in }
    let kept = name.hasSuffix("gz") ? "a.gz" : "a"
    #expect(paths == ["\(target.path)/\(kept)"] && target.names == [kept])
    #expect(try target.read(kept) == source.read(name))
  }

  @Test
  func aServerThatUnpacksWhatItSendsGivesAFileWithoutGzWhichIsThenEnough() throws {
    let folder = try TemporaryFolder()
    let server = try TestServer { .file(Self.content, $0) }
    defer { server.stop() }
    for _ in 0..<2 {
      let paths = try download(from: server).run(into: folder.path) { _ in }
      #expect(paths == [folder.path + "/a"])
    }
    #expect(folder.names == ["a"] && server.requests.count == 1)
  }

  @Test
  func aCopyThatIsMissingOrAnotherIsRefused() throws {
    let (source, target) = (try TemporaryFolder(), try TemporaryFolder())
    let missing = #expect(throws: DatasetError.self) {
      try Download(Self.published, from: source.path).run(into: target.path) { _ in }
    }
    #expect("\(missing!)".contains("\(source.path)/tiny/a.gz"))
    try source.write("a", noise(300_000, seed: 2))
    let other = #expect(throws: DatasetError.self) {
      try Download(Self.published, from: source.path).run(into: target.path) { _ in }
    }
    #expect("\(other!)".contains("\(source.path)/a: MD5 of the content differs"))
    #expect(target.names == [])
  }

  @Test
  func twoProgramsDoNotFillOneFile() throws {
    let folder = try TemporaryFolder()
    let held = try PartialFile(path: folder.path + "/a.gz")
    let server = try TestServer { .file(Self.zipped, $0) }
    defer { server.stop() }
    let error = #expect(throws: DatasetError.self) {
      try download(from: server).run(into: folder.path) { _ in }
    }
    #expect("\(error!)".contains("another process is filling it"))
    #expect(server.requests.isEmpty && held.size == 0)
  }

  @Test
  func whereFilesCannotBeLockedEachProgramFillsAFileOfItsOwn() throws {
    let folder = try TemporaryFolder()
    let refuse: (Int32, Int32) -> Int32 = { _, _ in
      errno = ENOLCK
      return -1
    }
    var parts: [PartialFile] = []
    for _ in 0..<2 { parts.append(try PartialFile(path: folder.path + "/a.gz", lock: refuse)) }
    #expect(Set(parts.map(\.temporaryPath)).count == 2)
    for (place, part) in parts.enumerated() { try part.append([1, 2, UInt8(place)]) }
    try parts[1].publish(as: folder.path + "/a.gz")
    parts = []
    #expect(try folder.read("a.gz") == [1, 2, 1])
    #expect(folder.names == ["a.gz"])
  }

  @Test
  func aFolderThatCannotBeMadeIsSaidInTheSystemsWords() throws {
    let folder = try TemporaryFolder()
    try folder.write("file", [1])
    let error = #expect(throws: DatasetError.self) {
      try Download(Self.published, from: "/").run(into: folder.path + "/file/x") { _ in }
    }
    #expect("\(error!)".contains("\(folder.path)/file"))
    #expect("\(error!)".contains("File exists") || "\(error!)".contains("Not a directory"))
  }

  @Test
  func whatFollowsFromIsAnAddressOrAFolder() {
    let files = Self.published
    #expect(Download(files, from: "https://x/y").origin == .mirrors(["https://x/y"]))
    #expect(Download(files, from: "data").origin == .folder("data"))
    #expect(Download(Mnist.published!, from: nil).origin == .mirrors(Mnist.published!.mirrors))
  }
}

private typealias Reply = TestServer.Reply

extension TestServer.Reply {
  static let gone = TestServer.Reply(status: 404, body: Array("nothing here".utf8))
}
