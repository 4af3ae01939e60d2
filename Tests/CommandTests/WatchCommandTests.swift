import CLibrary
import Foundation
import Testing

@Suite
struct WatchCommandTests {
  /// A place with a run that has finished.
  private func finishedRun() throws -> (place: Place, run: String) {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "1 epochs"
    try place.write("tiny.yaml", spec.yaml)
    let result = try place.run("run", "tiny.yaml", "-q", "--threads", "1")
    return (place, try #require(result.lines.first))
  }

  private func address(of watch: Running) throws -> String {
    try watch.wait(for: "an address") { watch.output.hasSuffix("\n") }
    return String(watch.output.dropLast())
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func thePageIsServedUntilASignalWhichIsNoFailure(_ signal: Int32) throws {
    let place = try finishedRun().place
    let before = try place.names()
    let watch = try place.start(["watch", "--port", "0"])
    let address = try address(of: watch)
    let url = try #require(URL(string: address))
    #expect(url.host() == "127.0.0.1" && url.path() == "/")
    watch.send(signal)
    let result = try watch.finish(limit: 20)
    #expect(result.end == .exit(0))
    #expect(result.errors == "results: 1 run; Ctrl-C ends the page, not the runs\n")
    #expect(try place.names() == before)
  }

  @Test
  func oneRunIsItsOwnPageAndAFolderThatIsNotThereYetIsWaitedFor() throws {
    let (place, run) = try finishedRun()
    let one = try place.start(["watch", run, "--port", "0"])
    #expect(try address(of: one).contains(/\/\?view=r[0-9a-f]{16}$/))
    let none = try place.start(["watch", "--results", "later", "--port", "0"])
    #expect(try address(of: none).hasSuffix("/"))
    none.send(SIGINT)
    let result = try none.finish(limit: 20)
    #expect(result.end == .exit(0) && result.errors.contains("later: no run yet"))
    #expect(!place.exists("later"))
  }

  /// docs/failures.md: the port of `watch` is taken: exit 4, what is there and another port
  @Test
  func aPortThatIsTakenIsSaidWithAdviceAndWithoutAPortTheNextIsTaken() throws {
    let place = try Place()
    let first = try place.start(["watch", "--port", "0"])
    let port = try #require(try address(of: first).split(separator: ":").last?.dropLast())
    let second = try place.run("watch", "--port", String(port), limit: 20)
    #expect(second.end == .exit(4))
    #expect(second.errors.contains("port \(port): cannot listen: Address already in use"))
    #expect(second.errors.contains("--port 0 takes any that is free"))
    // One of these has the usual one, or neither: some other program has.
    let pages = try (0..<2).map { _ in try place.start(["watch"]) }
    let addresses = try pages.map { try address(of: $0) }
    #expect(Set(addresses).count == 2)
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let words: [String]
    let code: Int32
    let said: String
    var testDescription: String { words.joined(separator: " ") }
  }

  static let refused = [
    Refused(words: ["--port", "70000"], code: 2, said: "--port takes a number from 0 to 65535"),
    Refused(words: ["--text", "--open"], code: 2, said: "--open says nothing"),
    Refused(words: ["nowhere"], code: 2, said: "results: there is no run in here"),
    Refused(words: ["--results", "no/such"], code: 2, said: "there is no folder no/such"),
    Refused(words: ["--host", "evil.example"], code: 4, said: "not a number of this machine"),
  ]

  @Test(arguments: refused)
  func whatCannotBeServedIsSaid(_ one: Refused) throws {
    let place = try Place()
    let result = try place.launch([Program.path, "watch"] + one.words).finish(limit: 20)
    #expect(result.end == .exit(one.code) && result.errors.contains(one.said))
    #expect(result.output.isEmpty)
    #expect(try place.names().isEmpty)
  }

  @Test
  func otherMachinesAreServedOnlyWithAWarning() throws {
    let place = try Place()
    let watch = try place.start(["watch", "--host", "0.0.0.0", "--port", "0", "--open"])
    _ = try address(of: watch)
    watch.send(SIGINT)
    let result = try watch.finish(limit: 20)
    #expect(result.errors.contains("warning: --host 0.0.0.0: whoever reaches this port can read"))
    #expect(result.errors.contains("--open: there is no browser to be opened from here"))
  }

  @Test
  func asTextARunThatHasEndedIsWhatShowSaysAndManyAreAList() throws {
    let (place, run) = try finishedRun()
    let text = try place.run("watch", run, "--text", limit: 20)
    #expect(text.end == .exit(0))
    #expect(text.output == (try place.run("show", run).output))
    let many = try place.start(["watch", "--text"])
    try many.wait(for: "a list") { many.output.contains("finished") }
    many.send(SIGINT)
    let result = try many.finish(limit: 20)
    #expect(result.end == .exit(0) && result.output.hasPrefix("1 run, 0 running\n"))
  }
}
