import CLibrary
import Digests
import RunFormat
import Spec

/// The git work tree in which the program was started: which commit is checked out, and a digest of
/// what has been changed since.
struct WorkTree: Sendable, Hashable {
  let commit: String?
  /// SHA-256 of `git diff HEAD --binary`; nil where nothing differs, or no git could say.
  let difference: String?
  /// Whether tracked files differ from the commit; nil where no git could say.
  let isChanged: Bool?

  /// Asked once a process; nil where the program was started in no work tree.
  static let current: WorkTree? = {
    guard let folder = root() else { return nil }
    // Whoever asks what differs runs nothing that the folder's own configuration names, and writes
    // nothing into it.
    let answer = output(of: [
      "git", "-c", "core.fsmonitor=false", "-C", folder, "diff", "HEAD", "--binary",
      "--no-ext-diff", "--no-textconv", "--no-color",
    ])
    return WorkTree(
      commit: commit(in: folder), difference: answer.flatMap { $0.isEmpty ? nil : sha256($0) },
      isChanged: answer.map { !$0.isEmpty })
  }()

  /// The nearest folder around this one that has a `.git`.
  private static func root() -> String? {
    guard let place = realpath(".", nil) else { return nil }
    defer { free(place) }
    var folder = String(cString: place)
    while access("\(folder)/.git", R_OK) != 0 {
      if folder == "/" { return nil }
      folder = folder.parentPath
    }
    return folder
  }

  private static func commit(in folder: String) -> String? {
    output(of: ["git", "-C", folder, "rev-parse", "--verify", "HEAD"]).flatMap { bytes in
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
  }

  /// More of a difference than this is not worth the wait.
  private static let limit = (bytes: 256 << 20, seconds: 10.0)

  /// What a program writes to stdout; nil unless it ends well and in time.
  private static func output(of words: [String]) -> [UInt8]? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var usual = sigset_t()
    sigemptyset(&usual)
    for signal in [SIGPIPE, SIGXFSZ, SIGCHLD] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    // A lock that somebody else waits for is none of ours to take.
    let words = ["env", "GIT_OPTIONAL_LOCKS=0"] + words
    var pointers = words.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, "env", &actions, &attributes, pointers, environ)
    close(ends[1])
    guard code == 0 else { return nil }
    let bytes = read(ends[0])
    if bytes == nil { kill(pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status == 0 ? bytes : nil
  }

  private static func read(_ descriptor: Int32) -> [UInt8]? {
    let deadline = monotonicSeconds() + limit.seconds
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let left = deadline - monotonicSeconds()
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard left > 0, bytes.count <= limit.bytes else { return nil }
      guard poll(&wait, 1, Int32(left * 1000) + 1) != 0 else { return nil }
      let count = CLibrary.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return bytes }
      bytes += part[..<count]
    }
  }
}
