import Spec

/// What a run was given and how it ended, for TensorBoard's page of hyperparameters: the messages of
/// `tensorboard/plugins/hparams/plugin_data.proto` and `api.proto`.
struct HyperParameters: Sendable, Hashable {
  enum Ending: Int { case succeeded = 1, failed = 2 }

  static let startTag = "_hparams_/session_start_info"
  static let endTag = "_hparams_/session_end_info"

  /// Keys of the resolved spec with their texts.
  let settings: [(key: String, text: String)]
  /// Seconds since 1970.
  let started: Double

  static func == (a: HyperParameters, b: HyperParameters) -> Bool { a.start == b.start }
  func hash(into hasher: inout Hasher) { hasher.combine(start) }

  /// - Parameter resolved: the resolved spec. What only names a run or says what is written down is none of
  ///   its parameters.
  init(resolved: String, started: Double) {
    let entries = (try? FlatYAML(resolved))?.entries ?? []
    let left: Set = ["version", "name", "description", "record", "notify", "guards"]
    settings = entries.filter { entry in
      !left.contains(String(entry.key.prefix { $0 != "." && $0 != "[" }))
    }.map { ($0.key, $0.text) }
    self.started = started
  }

  /// `HParamsPluginData` with a `SessionStartInfo`.
  var start: [UInt8] {
    Self.data(3) { info in
      for (key, text) in settings {
        info.message(1) { entry in
          entry.text(1, key)
          entry.message(2) { Self.write(text, to: &$0) }
        }
      }
      info.double(5, started)
    }
  }

  /// `HParamsPluginData` with a `SessionEndInfo`.
  static func end(_ ending: Ending, seconds: Double) -> [UInt8] {
    data(4) { info in
      info.integer(1, ending.rawValue)
      info.double(2, seconds)
    }
  }

  private static func data(_ field: Int, _ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var message = ProtobufWriter()
    message.message(field, write)
    return message.bytes
  }

  /// As a `google.protobuf.Value`: a number, a flag or a text.
  private static func write(_ text: String, to value: inout ProtobufWriter) {
    switch text {
    case "true": value.flag(4, true)
    case "false": value.flag(4, false)
    case _:
      if let number = Double(text), number.isFinite {
        value.double(2, number)
      } else {
        value.text(3, text)
      }
    }
  }
}
