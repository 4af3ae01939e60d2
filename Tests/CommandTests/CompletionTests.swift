import Testing

/// What a shell is offered, by the script that the program writes for it.
@Suite struct CompletionTests {
  private static let shell = """
    PATH="$1:$PATH"
    source /dev/stdin <<<"$(gan-exp --generate-completion-script bash)"
    shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
    _gan-exp gan-exp "${@: -1}" "${@: -2:1}"
    printf '%s\\n' "${COMPREPLY[@]}"
    """

  private func offered(_ place: Place, _ words: [String]) throws -> [String] {
    let folder = String(Program.path.dropLast("/gan-exp".count))
    let result = try place.launch(
      ["/bin/bash", "-c", Self.shell, "bash", folder, "gan-exp"] + words
    ).finish()
    #expect(result.end == .exit(0) && result.errors == "", "\(result.errors)")
    return result.lines
  }

  private func placeWithRuns() throws -> Place {
    let place = try Place()
    try place.makeFolder("results/gan/20261121T0253-9f3a2c")
    try place.makeFolder("results/gan/20261122T0253-111111")
    try place.makeFolder("results/wide/20261123T0253-222222/trials/0001-abc-s0")
    try place.makeFolder("elsewhere/mine/20261124T0253-333333")
    try place.makeFolder("elsewhere/named")
    try place.write("elsewhere/named/status.json", "{damaged")
    return place
  }

  @Test(arguments: [
    (
      ["show", ""],
      [
        "@best", "@last", "20261121T0253-9f3a2c", "20261122T0253-111111", "20261123T0253-222222",
      ]
    ),
    (
      ["show", "2026112"], ["20261121T0253-9f3a2c", "20261122T0253-111111", "20261123T0253-222222"]
    ),
    (["resume", "@l"], ["@last"]),
    (["show", "20261123T0253-222222/"], ["20261123T0253-222222/0001-abc-s0"]),
    (["rm", "--results", "elsewhere", "2"], ["20261124T0253-333333"]),
    (["rm", "--results=elsewhere", "n"], ["named"]),
    (["compare", "--results", "nowhere", ""], ["@best", "@last"]),
    (
      ["diff", "results/g"],
      [
        "results/gan", "results/gan/20261121T0253-9f3a2c", "results/gan/20261122T0253-111111",
      ]
    ),
    (["diff", "@last", "results/wide/"], ["results/wide/20261123T0253-222222"]),
  ])
  func runsAreOfferedByTheirFolders(_ words: [String], _ expected: [String]) throws {
    let names = try offered(placeWithRuns(), words)
    #expect(names.count == expected.count && Set(names) == Set(expected), "\(names)")
  }

  @Test func wordsDataSetsSettingsAndFilesAreOffered() throws {
    let place = try Place()
    try place.write("mine.yaml", "")
    try place.write("mine.txt", "")
    try place.makeFolder("minerals")
    #expect(try offered(place, ["sh"]) == ["show"])
    #expect(try offered(place, ["layers", "leaky"]) == ["leaky_relu"])
    #expect(try offered(place, ["layers", "schedule.len"]) == ["schedule.length"])
    #expect(try offered(place, ["data", "get", "m"]) == ["mnist"])
    #expect(try offered(place, ["data", "check", "mi"]).sorted() == ["mine.yaml", "minerals"])
    #expect(try offered(place, ["data", "show", "mn"]) == ["mnist"])
    #expect(try offered(place, ["run", "mi"]).sorted() == ["mine.yaml", "minerals"])
    #expect(
      try offered(place, ["run", "mine.yaml", "--set", "optimizer.learning"])
        == ["optimizer.learning_rate="])
    #expect(try offered(place, ["run", "mine.yaml", "--device", "re"]) == ["reference"])
  }
}
