import Spec
import TensorCore

/// A border around images: a reflection of what lies within, repeated edges, or zeros.
///
/// `[batch, height, width, channels]` to `[batch, height + 2 · rows, width + 2 · columns, channels]`. A
/// reflection leaves the edge itself out, so it must be narrower than the image.
package struct Pad: Layer {
  enum Sides: String, CaseIterable, Sendable { case both, start, end }
  enum Way: CaseIterable, Sendable { case reflect, replicate, zero }
  static let reflect = width(
    "reflect", "Mirrored at the edge, which is not repeated: so many rows and columns")
  static let replicate = width("replicate", "The edge, repeated: so many rows and columns")
  static let zero = width("zero", "Zeros: so many rows and columns")
  static let sides = Field.choice(
    "sides", of: Sides.self, default: .both,
    "On both sides, only above and to the left (start), or only below and to the right (end)")
  package static let declaration = Declaration(
    "pad", "Puts a border around images: a reflection, repeated edges, or zeros",
    details: "One of the three, a whole number or [height, width]. PyTorch: `nn.ReflectionPad2d`, "
      + "`nn.ReplicationPad2d`, `nn.ZeroPad2d`; `{pad: {zero: 1, sides: start}}` is "
      + "`nn.ZeroPad2d((1, 0, 1, 0))`. A reflection is narrower than the image. Padding of a `conv` "
      + "itself is always zeros.",
    fields: Way.allCases.map { field($0).declaration } + [sides.declaration],
    example: "pad: {reflect: 3}",
    check: { record in
      let given = Way.allCases.filter { record[field($0)] != nil }
      if given.isEmpty {
        return [Objection("reflect", "pad needs one of `reflect`, `replicate` and `zero`")]
      }
      return given.dropFirst().map {
        Objection(
          field($0).declaration.name, "pad takes one of `reflect`, `replicate` and `zero`",
          label: "drop all but one")
      }
    })

  private static func width(_ name: String, _ summary: String) -> Field<[Int]?> {
    .optionalSizes(name, in: .within(0...255), summary)
  }

  private static func field(_ way: Way) -> Field<[Int]?> {
    switch way {
    case .reflect: reflect
    case .replicate: replicate
    case .zero: zero
    }
  }

  let way: Way
  /// Rows and columns of the border above and to the left, below and to the right.
  let low: [Int]
  let high: [Int]

  package init(_ record: Record) {
    guard let way = Way.allCases.first(where: { record[Self.field($0)] != nil }),
      let width = record[Self.field(way)]
    else { preconditionFailure("the check lets no pad without a width") }
    self.way = way
    low = record[Self.sides] == .end ? [0, 0] : width
    high = record[Self.sides] == .start ? [0, 0] : width
  }

  package func span(of input: Span) -> Span {
    switch way {
    case .reflect, .replicate: input
    case .zero: Span(min(input.low, 0), max(input.high, 0))
    }
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, _) = try input.image(for: "pad")
    switch way {
    case .reflect:
      let (rows, columns) = (max(low[0], high[0]), max(low[1], high[1]))
      guard rows < height, columns < width else {
        throw LayerMisfit(
          "a reflection of \(rows)×\(columns) needs larger images than \(described(input.shape))",
          advice: "pad by at most \(height - 1)×\(width - 1), or `replicate` the edge")
      }
      return reflected(reflected(input, axis: 1), axis: 2)
    case .replicate: return replicated(replicated(input, axis: 1), axis: 2)
    case .zero:
      return scope.builder.add(
        .pad(
          low: [0, low[0], low[1], 0], high: [0, high[0], high[1], 0], interior: [0, 0, 0, 0]),
        [input])
    }
  }

  /// `low … 2 1 | 0 1 2 … last | last−1 last−2 …` along one axis. Each border is put together by itself
  /// first, so that its gradient is one summand of the whole's, however wide it is.
  private func reflected(_ value: Value, axis: Int) -> Value {
    let (before, after) = (low[axis - 1], high[axis - 1])
    let last = value.shape[axis] - 1
    func border(_ places: some Sequence<Int>) -> [Value] {
      let rows = places.map { value.slice(axis: axis, $0..<$0 + 1) }
      return rows.isEmpty ? [] : [value.builder.add(.concatenate(axis: axis), rows)]
    }
    let parts =
      border((0..<before).map { before - $0 }) + [value] + border((0..<after).map { last - 1 - $0 })
    return value.builder.add(.concatenate(axis: axis), parts)
  }

  private func replicated(_ value: Value, axis: Int) -> Value {
    let last = value.shape[axis] - 1
    func border(_ place: Int, _ count: Int) -> [Value] {
      if count == 0 { return [] }
      var shape = value.shape
      shape.extents[axis] = count
      return [value.slice(axis: axis, place..<place + 1).broadcast(to: shape, axes: [0, 1, 2, 3])]
    }
    return value.builder.add(
      .concatenate(axis: axis),
      border(0, low[axis - 1]) + [value] + border(last, high[axis - 1]))
  }
}
