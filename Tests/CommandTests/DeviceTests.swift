import Foundation
import Testing

/// Devices behind plugins: what is said where there is none, and runs on the one that CI installs.
@Suite struct DeviceTests {
  /// XLA's plugin for processors, if this machine has one.
  private static let plugin = ProcessInfo.processInfo.environment["GAN_EXP_PJRT_PLUGIN"] ?? ""
  private static let isThere = ConditionTrait.enabled(
    if: !plugin.isEmpty, "GAN_EXP_PJRT_PLUGIN names no plugin: pip install xla-cpu-pjrt==0.0.1")

  @Test func aDeviceWithoutAPluginIsSaidBeforeAnythingIsMade() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run("run", "tiny.yaml", "--device", "tpu")
    #expect(result.end == .exit(4))
    #expect(result.errors.hasPrefix("error: --device tpu: there is no plugin. Looked in:\n"))
    #expect(result.errors.contains("  = install it: pip install libtpu\n"))
    #expect(result.errors.contains("  = or name its file: GAN_EXP_PJRT_PLUGIN="))
    #expect(!place.exists("results"))
  }

  @Test func aFileThatIsNoPluginIsSaidBeforeAnythingIsMade() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    try place.write("mine.so", "no library")
    for (file, reason) in [("mine.so", "file too short"), ("nowhere.so", "No such file")] {
      let result = try place.run("run", "tiny.yaml", "--device", file)
      #expect(result.end == .exit(4))
      #expect(result.errors.hasPrefix("error: --device \(file): "), "\(result.errors)")
      #expect(
        result.errors.contains("/\(file): ") && result.errors.contains(reason), "\(result.errors)")
    }
    let threads = try place.run("run", "tiny.yaml", "--device", "mine.so", "--threads", "1")
    #expect(threads.end == .exit(2))
    #expect(
      threads.errors.hasPrefix("error: --threads: --device mine.so takes as many as it likes"))
    #expect(!place.exists("results"))
  }

  @Test func theDoctorTriesWhatIsThereAndSaysWhatIsMissing() throws {
    let place = try Place()
    let result = try place.run("doctor")
    #expect(result.end == .exit(0))
    #expect(result.output.hasPrefix("cpu: works\n  oneDNN: "))
    #expect(result.output.contains("\nreference: works\n"))
    #expect(result.output.contains("\ntpu: no plugin is installed: pip install libtpu\n"))
  }

  @Test(isThere) func aRunOnXLAComesToThePicturesOfTheProcessorAndGoesOnThere() throws {
    let place = try Place()
    place.environment = ["GAN_EXP_PJRT_PLUGIN": Self.plugin]
    try place.write("tiny.yaml", TinySpec().yaml)
    func rows(_ device: String, _ results: String) throws -> [[Double]] {
      let result = try place.run("run", "tiny.yaml", "--device", device, "--results", results)
      #expect(result.end == .exit(0), "\(result.errors)")
      let directory = result.output.trimmingCharacters(in: .newlines)
      let environment = try place.json("\(directory)/environment.json")
      #expect(environment["device"] as? String == device)
      return try place.text("\(directory)/losses.csv").split(separator: "\n").dropFirst().map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
    }
    let (here, there, again) = (
      try rows("cpu", "a"), try rows("xla-cpu", "b"), try rows("xla-cpu", "c")
    )
    #expect(there == again)
    #expect(here.count == there.count)
    for (one, other) in zip(here.joined(), there.joined()) {
      #expect(abs(one - other) <= 1e-3 * max(1, abs(one)))
    }
  }

  @Test(isThere) func checkpointsMoveBetweenDevices() throws {
    let place = try Place()
    place.environment = ["GAN_EXP_PJRT_PLUGIN": Self.plugin]
    try place.write("tiny.yaml", TinySpec().yaml)
    let first = try place.run("run", "tiny.yaml", "--device", "xla-cpu")
    #expect(first.end == .exit(0), "\(first.errors)")
    let directory = try place.resultDirectory()
    for (device, length) in [("cpu", "4 epochs"), ("xla-cpu", "5 epochs")] {
      let result = try place.run(
        "resume", directory, "--device", device, "--set", "schedule.length=\(length)")
      #expect(result.end == .exit(0), "\(result.errors)")
    }
    let losses = try place.text("\(directory)/losses.csv").split(separator: "\n")
    #expect(losses.last?.hasPrefix("20,") == true)
  }
}
