import CLibrary

/// Starts a program as a process of its own group: Ctrl-C does not reach it, and it can be ended with all that
/// it has started. Whatever this process ignores or holds back, the child is asked to stop as usual.
///
/// - Parameters:
///   - name: what it finds as its own name; nil: its path.
///   - environment: `NAME=value`.
///   - input: what it reads; nil: nothing.
///   - output: where its standard output goes.
/// - Returns: its number, or why there is none, as `errno` has it.
func startChild(
  _ path: String, as name: String? = nil, _ arguments: [String], environment: [String],
  input: Int32? = nil, output: Int32, errors: Int32
) -> (pid: pid_t, failure: Int32) {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if let input {
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
  } else {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  }
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  posix_spawnattr_setpgroup(&attributes, 0)
  var usual = sigset_t()
  sigemptyset(&usual)
  posix_spawnattr_setsigmask(&attributes, &usual)
  for signal in [SIGTERM, SIGPIPE, SIGXFSZ, SIGCHLD] { sigaddset(&usual, signal) }
  posix_spawnattr_setsigdefault(&attributes, &usual)
  posix_spawnattr_setflags(
    &attributes,
    Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
  var words = ([name ?? path] + arguments).map { strdup($0) } + [nil]
  var variables = environment.map { strdup($0) } + [nil]
  defer { for text in words + variables { free(text) } }
  var pid: pid_t = 0
  let failure = posix_spawn(&pid, path, &actions, &attributes, &words, &variables)
  return (pid, failure)
}
