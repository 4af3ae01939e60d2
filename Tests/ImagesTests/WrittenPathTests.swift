import Foundation
import Spec
import Testing

@testable import Images

/// Where the path of a spec is looked for.
@Suite struct WrittenPathTests {
  @Test func aRelativePathIsLookedForBesideItsFileThenInTheDataThenHere() {
    let request = LoadRequest(folders: ["/data", "more"])
    #expect(
      WrittenPath("photos/a", specFolder: "specs").places(request)
        == ["specs/photos/a", "/data/photos/a", "more/photos/a", "./photos/a"])
    #expect(
      WrittenPath("photos", specFolder: ".").places(request)
        == ["./photos", "/data/photos", "more/photos"])
    #expect(WrittenPath("photos").places(request) == ["/data/photos", "more/photos", "./photos"])
    #expect(WrittenPath("/photos", specFolder: "specs").places(request) == ["/photos"])
  }

  @Test func aTildeIsTheHome() throws {
    let home = try #require(ProcessInfo.processInfo.environment["HOME"])
    let request = LoadRequest(folders: ["/data"])
    #expect(WrittenPath("~/a", specFolder: "specs").places(request) == [home + "/a"])
    #expect(WrittenPath("~a").places(request) == ["/data/~a", "./~a"])
  }
}
