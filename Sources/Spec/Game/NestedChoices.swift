extension Choice {
  /// The things within it, as they are written, the inner ones behind those they stand in.
  package var nested: [Choice] {
    record.entries.flatMap { $0.value.choices }.flatMap { [$0] + $0.nested }
  }
}

extension FieldValue {
  fileprivate var choices: [Choice] {
    switch self {
    case .choice(let choice): [choice]
    case .choices(let choices): choices
    default: []
    }
  }
}
