import Foundation
import Testing

@Suite
struct PaperCommandTests {
  private func place() throws -> Place {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec(width: "4", length: "2 epochs").yaml)
    #expect(try place.run("run", "tiny.yaml", "-q").end == .exit(0))
    return place
  }

  private func begins(_ place: Place, _ name: String, _ bytes: [UInt8]) -> Bool {
    (try? place.bytes(name))?.starts(with: bytes) ?? false
  }

  @Test
  func thePicturesOfARunAreWrittenAsTheirEndingsSay() throws {
    let place = try place()
    let (png, jpeg, pdf) = (
      [0x89, 0x50] as [UInt8], [0xFF, 0xD8] as [UInt8], Array("%PDF-1.4".utf8)
    )
    for (name, bytes) in [("s.png", png), ("s.jpg", jpeg), ("s.pdf", pdf)] {
      #expect(try place.run("sample", "@last", "--to", name).output == "\(name)\n")
      #expect(begins(place, name, bytes), "\(name)")
      let grids = try place.run("compare", "--grids", "g-\(name)", "--csv")
      #expect(grids.end == .exit(0) && begins(place, "g-\(name)", bytes), "\(grids.errors)")
    }
    let large = try place.run("sample", "@last", "--scale", "2", "--to", "l.png")
    #expect(large.end == .exit(0))
    #expect(try place.run("sample", "@last", "--scale", "0").end == .exit(2))
    #expect(try place.run("sample", "@last", "--to", "s.webp").end == .exit(2))
    #expect(try place.run("compare", "--curves", "c.pdf", "--csv").end == .exit(0))
    #expect(begins(place, "c.pdf", pdf))
    #expect(try place.run("compare", "--curves", "c.svg", "--csv").end == .exit(0))
    #expect(begins(place, "c.svg", Array("<svg".utf8)))
    #expect(try place.run("animate", "@last", "--to", "a.gif").end == .exit(0))
    #expect(begins(place, "a.gif", Array("GIF89a".utf8)))
    #expect(try place.run("compare", "--latex").output.hasPrefix("% \\usepackage{booktabs}\n"))
    #expect(try place.run("metrics", "--losses", "--with", "latent.size").lines.count > 2)
  }

  @Test
  func aProgramThatIsNotInstalledIsNamedAndNothingIsWritten() throws {
    let place = try place()
    try place.makeFolder("empty")
    place.environment["PATH"] = "\(place.path)/empty"
    // The way to the folder of the test goes through a shell of its own.
    let film = try place.run("animate", "@last", "--to", "a.mp4")
    #expect(film.end == .exit(4))
    #expect(film.errors.contains("ffmpeg: cannot make an MP4: it is not installed"))
    let curves = try place.run("compare", "--curves", "c.png", "--csv")
    #expect(curves.end == .exit(4))
    #expect(curves.errors.contains("apt-get install librsvg2-bin, or name it .svg or .pdf"))
    #expect(!place.exists("a.mp4") && !place.exists("c.png"))
  }

  @Test
  func latentsComeOutAndGoInAgain() throws {
    let place = try place()
    let first = try place.run("sample", "@last", "--to", "a.png", "--save-latents", "z.npy")
    #expect(first.end == .exit(0))
    let again = try place.run(
      "sample", "@last", "--latents", "z.npy", "--grid", "2x3", "--to", "b.png")
    #expect(again.end == .exit(0), "\(again.errors)")
    #expect(try place.bytes("a.png") == place.bytes("b.png"))
    let wrong = try place.run("sample", "@last", "--latents", "tiny.yaml", "--to", "c.png")
    #expect(wrong.end == .exit(4) && wrong.errors.contains("an array of NumPy"))
    let seed = try place.run("sample", "@last", "--latents", "z.npy", "--seed", "1")
    #expect(seed.end == .exit(2))
    let single = try place.run(
      "sample", "@last", "--latents", "z.npy", "--count", "6", "--to", "single")
    #expect(single.end == .exit(0))
    #expect(try place.names(in: "single").count == 6)
  }

  @Test
  func theCommandsForLatentsInTheNotebooksWorkOneAfterTheOther() throws {
    let place = try place()
    for words in [
      ["--grid", "1x8", "--save-latents", "z.npy"], ["--latents", "z.npy", "--grid", "1x8"],
      ["--latents", "z.npy", "--count", "8", "--to", "fakes/"],
    ] {
      let done = try place.start(["sample", "@last"] + words).finish()
      #expect(done.end == .exit(0), "\(words) \(done.errors)")
    }
    #expect(try place.names(in: "fakes").count == 8)
  }

  @Test
  func whatWouldHaveNoEffectIsRefused() throws {
    let place = try Place()
    try place.write(
      "tiny.yaml", TinySpec(labels: "{classes: 10}", width: "4", length: "1 epochs").yaml)
    #expect(try place.run("run", "tiny.yaml", "-q").end == .exit(0))
    for (words, says) in [
      (
        ["sample", "@last", "--grid", "2x2", "--labels", "0,1,2,3,4"],
        "5 classes have a row each, and the picture has 2: say --grid 5x2, or fewer --labels"
      ),
      (["sample", "@last", "--labels", "0...3"], "--labels takes classes such as 0..9 or 3,1,4"),
      (["sample", "@last", "--labels", "0.."], "--labels takes classes"),
      (["sample", "@last", "--labels=-9223372036854775808..9"], "--labels takes classes"),
      (["compare", "--value", "best", "--at", "5"], "--value and --at both say which value"),
      (["prune", "--keep", "best=0", "--minimize", "m"], "it goes without --minimize"),
    ] as [([String], String)] {
      let result = try place.start(words).finish()
      #expect(result.end == .exit(2) && result.errors.contains(says), "\(words) \(result.errors)")
    }
    let rows = try place.run(
      "sample", "@last", "--grid", "2x2", "--labels", "3..3", "--to", "a.png")
    #expect(rows.end == .exit(0), "\(rows.errors)")
  }
}
