import Foundation

/// The program that opens an address in whatever browser the user likes.
struct Browser {
  let program: String

  /// nil where there is none, or no screen to show it on.
  static var opener: Browser? {
    let environment = ProcessInfo.processInfo.environment
    #if os(macOS)
      let name = "open"
    #else
      let name = "xdg-open"
      guard ["DISPLAY", "WAYLAND_DISPLAY"].contains(where: { !(environment[$0] ?? "").isEmpty })
      else { return nil }
    #endif
    for folder in (environment["PATH"] ?? "").split(separator: ":") {
      let program = "\(folder)/\(name)"
      if FileManager.default.isExecutableFile(atPath: program) { return Browser(program: program) }
    }
    return nil
  }

  /// Without waiting for it; what it says is not shown.
  func open(_ address: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [address]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return (try? process.run()) != nil
  }
}
