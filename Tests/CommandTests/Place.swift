import Foundation
import Testing

/// A folder in which a user works: gone after the test.
final class Place {
  let path: String
  /// Outside of `path`, so that "nothing was created" can be seen.
  private let outside: String
  private var count = 0
  /// What the commands find in their environment besides a home without data.
  var environment: [String: String] = [:]

  init() throws {
    var template = Array("/tmp/gan-exp-commands-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestProblem("no temporary folder") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    (path, outside) = (folder + "/work", folder)
    try makeFolder("")
  }

  deinit {
    // A folder without write permission cannot be emptied.
    for name in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
      var status = stat()
      let full = "\(path)/\(name)"
      if lstat(full, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { chmod(full, 0o755) }
    }
    try? FileManager.default.removeItem(atPath: outside)
  }

  // MARK: Commands

  /// `gan-exp …` from its start to its end.
  func run(_ words: String..., limit: Double = 60) throws -> Finished {
    try start(words).finish(limit: limit)
  }

  /// `gan-exp …` that goes on, with words in front of it: `["setpriv", …]`.
  func start(_ words: [String], by launcher: [String] = []) throws -> Running {
    try launch(launcher + [Program.path] + words)
  }

  /// Any program.
  func launch(_ words: [String]) throws -> Running {
    count += 1
    var variables = ["HOME": "\(outside)/home", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
      variables[name] = ProcessInfo.processInfo.environment[name]
    }
    return try Running(
      words, folder: path,
      environment: variables.merging(environment) { $1 },
      outputPath: "\(outside)/output-\(count)",
      errorsPath: "\(outside)/errors-\(count)")
  }

  /// Some other program, which must succeed.
  func use(_ words: String...) throws {
    let result = try launch(words).finish()
    guard result.end == .exit(0) else {
      throw TestProblem("\(words.joined(separator: " ")): \(result.errors)")
    }
  }

  // MARK: Files

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(path)/\(name)", withIntermediateDirectories: true)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    guard FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data(bytes)) else {
      throw TestProblem("cannot write \(name)")
    }
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func bytes(_ name: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else {
      throw TestProblem("there is no \(name)")
    }
    return [UInt8](data)
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func json(_ name: String) throws -> [String: Any] { try object(text(name)) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  /// Every file and folder below, `samples/`, sorted.
  func names(in folder: String = "") throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: "\(path)/\(folder)").map { name in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: "\(path)/\(folder)/\(name)", isDirectory: &isFolder)
      return exists && isFolder.boolValue ? name + "/" : name
    }.sorted()
  }

  /// The only result directory here.
  func resultDirectory(of name: String = "tiny") throws -> String {
    let runs =
      (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/results/\(name)")) ?? []
    guard runs.count == 1 else { throw TestProblem("one result directory is expected: \(runs)") }
    return "results/\(name)/\(runs[0])"
  }
}

/// A JSON object in a text.
func object(_ text: String) throws -> [String: Any] {
  guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  else { throw TestProblem("not a JSON object: \(text)") }
  return object
}
