import CYAML

/// What libyaml says, one event at a time, in Swift values.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(String, isPlain: Bool)
    case listStart, listEnd, mapStart, mapEnd
  }

  let kind: Kind
  var anchor: String?
  var tag: String?
  /// 0-based, in characters, as libyaml counts.
  let start: YAMLPosition
  let end: YAMLPosition
}

struct YAMLPosition: Hashable {
  let line: Int
  let column: Int
}

struct YAMLSyntaxError: Error {
  let problem: String
  let at: YAMLPosition
  let context: String?
  let contextAt: YAMLPosition
}

/// Owns one libyaml parser and the bytes it reads.
@safe struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// - Parameter text: UTF-8 without a byte order mark.
  init(_ text: String) {
    unsafe parser = .allocate(capacity: 1)
    unsafe input = .allocate(capacity: text.utf8.count)
    _ = unsafe input.initialize(from: text.utf8)
    unsafe parser.initialize(to: yaml_parser_t())
    let isReady = unsafe yaml_parser_initialize(parser)
    precondition(isReady == 1, "out of memory")
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError }
    defer { unsafe yaml_event_delete(&event) }
    let kind: YAMLEvent.Kind
    var anchor: String?
    var tag: String?
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_SEQUENCE_END_EVENT: kind = .listEnd
    case YAML_MAPPING_END_EVENT: kind = .mapEnd
    case YAML_ALIAS_EVENT:
      kind = .alias(unsafe Self.text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
      kind = .scalar(unsafe String(decoding: bytes, as: UTF8.self), isPlain: isPlain)
      unsafe anchor = Self.text(scalar.anchor)
      unsafe tag = Self.text(scalar.tag)
    case YAML_SEQUENCE_START_EVENT:
      kind = .listStart
      unsafe anchor = Self.text(event.data.sequence_start.anchor)
      unsafe tag = Self.text(event.data.sequence_start.tag)
    case YAML_MAPPING_START_EVENT:
      kind = .mapStart
      unsafe anchor = Self.text(event.data.mapping_start.anchor)
      unsafe tag = Self.text(event.data.mapping_start.tag)
    default: kind = .streamEnd  // an event type of C: STREAM-END, or NO-EVENT after it
    }
    return YAMLEvent(
      kind: kind, anchor: anchor, tag: tag, start: unsafe Self.position(event.start_mark),
      end: unsafe Self.position(event.end_mark))
  }

  private var syntaxError: YAMLSyntaxError {
    let state = unsafe parser.pointee
    return YAMLSyntaxError(
      problem: unsafe state.problem.map { unsafe String(cString: $0) } ?? "this is not YAML",
      at: unsafe Self.position(
        state.problem == nil || state.error == YAML_READER_ERROR ? state.mark : state.problem_mark),
      context: unsafe state.context.map { unsafe String(cString: $0) },
      contextAt: unsafe Self.position(state.context_mark))
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }

  private static func position(_ mark: yaml_mark_t) -> YAMLPosition {
    YAMLPosition(line: Int(mark.line), column: Int(mark.column))
  }
}
