/// An option of a plugin's client, such as how much of a card's memory it takes.
package struct ClientOption: Hashable, Sendable {
  let name: String
  var text = ""
  var number = 0.0
  /// As `pjrt_option.kind` counts them.
  let kind: Int32

  package static func text(_ name: String, _ text: String) -> ClientOption {
    ClientOption(name: name, text: text, kind: 0)
  }
  package static func fraction(_ name: String, _ number: Double) -> ClientOption {
    ClientOption(name: name, number: number, kind: 2)
  }
  package static func truth(_ name: String, _ value: Bool) -> ClientOption {
    ClientOption(name: name, number: value ? 1 : 0, kind: 3)
  }
}

/// A flag of XLA's compiler, for one program.
package struct CompilerFlag: Hashable, Sendable {
  let name: String
  let isSet: Bool

  package init(_ name: String, _ isSet: Bool) { (self.name, self.isSet) = (name, isSet) }

  /// What makes results on a platform those of the operations: a maximum keeps a NaN, nothing is taken for what it is not,
  /// and on a card the same run gives the same bytes.
  static func exact(on platform: String) -> [CompilerFlag] {
    switch platform {
    case "cpu":
      [
        CompilerFlag("xla_cpu_enable_fast_math", false),
        CompilerFlag("xla_cpu_enable_fast_min_max", false),
        // It keeps the weights it has packed, by their address, which a state's new value has from its old one.
        CompilerFlag("xla_cpu_use_xnnpack", false),
      ]
    case "cuda", "rocm", "gpu": [CompilerFlag("xla_gpu_deterministic_ops", true)]
    default: []
    }
  }

  /// The bytes of a `CompileOptionsProto` for one device: its `executable_build_options` (field 3) with one replica (4) and one
  /// partition (5), and `env_option_overrides` (7), a map of names to values whose truths are field 2. A plugin aborts
  /// on a message without the former.
  static func message(_ flags: [CompilerFlag]) -> [UInt8] {
    func varint(_ number: Int) -> [UInt8] {
      number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F | 0x80)] + varint(number >> 7)
    }
    func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
      varint(number << 3 | 2) + varint(bytes.count) + bytes
    }
    func field(_ number: Int, _ value: Int) -> [UInt8] { varint(number << 3) + varint(value) }
    return field(3, field(4, 1) + field(5, 1))
      + flags.flatMap { flag in
        field(7, field(1, Array(flag.name.utf8)) + field(2, field(2, flag.isSet ? 1 : 0)))
      }
  }
}
