import RunFormat
import Testing

struct PathTextTests {
  @Test func theCommandThatIsPrintedCanBeCopied() {
    for (path, word) in [
      ("results/a/20260101T0000-12ab", "results/a/20260101T0000-12ab"), ("a b", "'a b'"),
      ("it's", "'it'\\''s'"), ("größe/$x", "'größe/$x'"), ("größe", "größe"),
    ] { #expect(path.shellWord == word) }
  }
}
