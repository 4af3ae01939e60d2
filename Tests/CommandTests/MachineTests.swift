import Foundation
import RunFormat
import Testing

@testable import gan_exp

/// `version` and what `doctor` says besides devices.
@Suite struct MachineTests {
  @Test func versionSaysWhatTheProgramIsMadeOf() throws {
    let place = try Place()
    let result = try place.run("version")
    #expect(result.end == .exit(0))
    #expect(result.output.hasPrefix("gan-exp              \(programVersion)\ncommit "))
    for name in [
      "numbers", "oneDNN", "vector instructions", "libpng", "zlib", "libwebp", "libyaml",
    ] {
      #expect(result.lines.contains { $0.hasPrefix(name + " ") }, "\(name)")
    }
    #expect(result.lines.contains("devices              cpu, reference"), "\(result.output)")
  }

  @Test func theDoctorSaysWhereThingsGoAndWhatToDo() throws {
    let place = try Place()
    let result = try place.run("doctor")
    #expect(result.end == .exit(0))
    let starts = [
      "program: gan-exp ", "cores: ", "memory: ", "libraries: libpng ", "libcurl: ",
      "results: results: ",
      "cache: ", "terminal: stdout is none", "Slurm: ",
    ]
    for start in starts { #expect(result.lines.contains { $0.hasPrefix(start) }, "\(start)") }
    #expect(
      result.output.contains("/home/.local/share/gan-exp: not there yet\n  = `gan-exp data get"))
    #expect(try place.names().isEmpty)
  }

  @Test func whatARunWouldFailForEndsTheDoctorWith4() throws {
    let place = try Place()
    let noData = try place.run("doctor", "--data-dir", "nowhere")
    #expect(noData.end == .exit(4))
    #expect(
      noData.output.contains(
        "data: nowhere: there is no such folder\n  = --data-dir DIR or $GAN_EXP_DATA names it\n"))
    try place.write("taken", "a file")
    let noResults = try place.run("doctor", "--results", "taken/results")
    #expect(noResults.end == .exit(4))
    #expect(noResults.output.contains("\nresults: taken/results: taken is no folder\n  = go to"))
    try place.makeFolder("mine")
    try place.write("mine/set.zip", "")
    let mine = try place.run("doctor", "--data-dir", "mine", "--cache-dir", "none")
    #expect(mine.end == .exit(0))
    #expect(mine.output.contains("\ndata: mine: set.zip\ncache: none is kept\n"))
  }

  @Test func fewerCoresWorthOfTimeThanCoresAreSaidWithTheThreadsThatFit() {
    #expect(MachineReport.cores(CoreLimit(cores: 8, share: nil)).lines == ["cores: 8"])
    #expect(MachineReport.cores(CoreLimit(cores: 8, share: 8)).lines == ["cores: 8"])
    let limited = MachineReport.cores(CoreLimit(cores: 8, share: 2.5)).lines
    #expect(limited[0] == "cores: 8, of whose time the control group is given 2.5 cores' worth")
    #expect(limited[1].hasSuffix("--threads 2"))
  }

  @Test(arguments: [
    ("200000 100000", nil, 2), ("max 100000", nil, nil), ("150000", "100000", 1.5),
    ("-1", "100000", nil), ("", nil, nil), ("100000 0", nil, nil),
  ])
  func quotasOfControlGroupsAreRead(_ quota: String, _ period: String?, _ share: Double?) {
    #expect(CoreLimit.share(quota: quota, period: period) == share)
  }
}
