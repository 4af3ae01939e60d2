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

  /// A plugin that fails as it is told to: FakePlugin/plugin.c.
  private static func fakePlugin(in place: Place) throws -> String {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    let file = "\(place.path)/fake.so"
    compiler.arguments = [
      "clang", "-shared", "-fPIC", "-I", here.appending(path: "../../Sources/CPJRT").path,
      here.appending(path: "FakePlugin/plugin.c").path, "-o", file,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return file
  }

  @Test(arguments: [
    (
      "INTERNAL: CUDA driver version is insufficient for CUDA runtime version",
      "  = NVIDIA's driver is too old for this plugin: CUDA 13's wants 580 or newer"
    ),
    ("FAILED_PRECONDITION: No visible GPU devices.", "  = the plugin is there, but no card"),
    (
      "RESOURCE_EXHAUSTED: out of memory", "  = others have taken the card's memory: see nvidia-smi"
    ),
    ("old", "the plugin speaks version 0.9 of PJRT's interface; this program was made for 0."),
  ])
  func aPluginThatCannotBeUsedIsToldWithWhatToDo(_ said: String, _ advice: String) throws {
    let place = try Place()
    let plugin = try Self.fakePlugin(in: place)
    place.environment = ["FAKE_PLUGIN": said, "GAN_EXP_PJRT_PLUGIN": plugin]
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run("run", "tiny.yaml", "--device", "gpu")
    #expect(result.end == .exit(4))
    #expect(result.errors.hasPrefix("error: --device gpu: \(plugin): "), "\(result.errors)")
    #expect(result.errors.contains(advice), "\(result.errors)")
    #expect(!place.exists("results"))
    let told = try place.run("doctor", "--device", "gpu")
    #expect(told.end == .exit(4))
    #expect(told.output.hasPrefix("gpu: fails: error: --device gpu: "), "\(told.output)")
  }

  @Test(arguments: [("abort", "Aborted"), ("exit", "exit 3")])
  func aPluginThatEndsTheProcessDoesNotEndTheDoctor(_ way: String, _ words: String) throws {
    let place = try Place()
    place.environment = [
      "FAKE_PLUGIN": way, "GAN_EXP_PJRT_PLUGIN": try Self.fakePlugin(in: place),
    ]
    let result = try place.run("doctor")
    #expect(result.end == .exit(4))
    #expect(result.output.hasPrefix("cpu: works\n"))
    #expect(result.output.contains("\ngpu: fails: its plugin ended the process (\(words))\n"))
    #expect(result.output.contains("\ntpu: fails: its plugin ended the process"))
  }

  /// As it is where oneDNN is not installed: the loader is sent to another of that name.
  @Test func withoutOneDNNTheProgramStartsAndSaysWhatIsMissing() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    for name in ["libdnnl.so.2", "libdnnl.so.3"] { try place.write(name, "no library") }
    place.environment = ["LD_LIBRARY_PATH": place.path]
    let result = try place.run("run", "tiny.yaml")
    #expect(result.end == .exit(4))
    #expect(result.errors.hasPrefix("error: --device cpu: oneDNN can't be opened: "))
    #expect(result.errors.contains("  = install it: apt-get install libdnnl-dev"))
    #expect(!place.exists("results"))
    #expect(try place.run("validate", "tiny.yaml").end == .exit(0))
    #expect(try place.run("run", "tiny.yaml", "--device", "reference").end == .exit(0))
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

  /// As it was begun by a program that knew no `precision`.
  @Test func aRunFromBeforeThereWasThePrecisionGoesOn() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let first = try place.run("run", "tiny.yaml")
    let directory = first.output.trimmingCharacters(in: .newlines)
    for file in ["\(directory)/attempts/1/resolved.yaml", "\(directory)/resolved.yaml"] {
      let text = try place.text(file)
      let without = text.replacing(#/(?m)^precision:.*\n( .*\n)*/#, with: "")
      #expect(without != text)
      try place.write(file, without)
    }
    let gone = try place.run("resume", directory, "--set", "schedule.length=5 epochs")
    #expect(gone.end == .exit(0), "\(gone.errors)")
  }

  @Test func aPartOfACardThatIsNoneIsRefused() throws {
    let place = try Place()
    place.environment = [
      "GAN_EXP_GPU_MEMORY": "40%", "FAKE_PLUGIN": "old",
      "GAN_EXP_PJRT_PLUGIN": try Self.fakePlugin(in: place),
    ]
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run("run", "tiny.yaml", "--device", "gpu")
    #expect(result.end == .exit(2))
    #expect(
      result.errors.hasPrefix(
        "error: GAN_EXP_GPU_MEMORY is a part of a card's memory, such as 0.4, not `40%`"))
  }

  @Test func aProcessorSaysThatItIsMoreExactThanItIsAskedToBe() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run("run", "tiny.yaml", "--set", "precision.products=tf32")
    #expect(result.end == .exit(0))
    #expect(
      result.errors.contains(
        "precision.products: tf32 is for devices behind XLA; --device cpu multiplies in float32"))
    let directory = result.output.trimmingCharacters(in: .newlines)
    #expect(try place.json("\(directory)/environment.json")["products"] as? String == "float32")
  }

  @Test(isThere) func productsOfLessBitsGiveOtherLossesNearby() throws {
    let place = try Place()
    place.environment = ["GAN_EXP_PJRT_PLUGIN": Self.plugin]
    try place.write("tiny.yaml", TinySpec().yaml)
    func firstLoss(_ products: String) throws -> Double {
      let result = try place.run(
        "run", "tiny.yaml", "--device", "xla-cpu", "--set", "precision.products=\(products)",
        "--results", products, "--quiet")
      #expect(result.end == .exit(0) && result.errors == "", "\(result.errors)")
      let directory = result.output.trimmingCharacters(in: .newlines)
      #expect(try place.json("\(directory)/environment.json")["products"] as? String == products)
      let row = try place.text("\(directory)/losses.csv").split(separator: "\n")[1]
      return try #require(Double(row.split(separator: ",")[3]))
    }
    let (exact, tf32, bfloat16) = (
      try firstLoss("float32"), try firstLoss("tf32"), try firstLoss("bfloat16")
    )
    #expect(tf32 != exact && abs(tf32 - exact) < 1e-3 * abs(exact))
    #expect(bfloat16 != exact && bfloat16 != tf32 && abs(bfloat16 - exact) < 1e-2 * abs(exact))
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
