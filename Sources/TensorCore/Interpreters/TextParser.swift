extension Graph {
  /// Reads the text form back. What it returns passes ``problems(states:)``.
  package init(text: String) throws(TextFormError) {
    self.init(nodes: [], outputs: [], updates: [])
    var lastLine = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      lastLine += 1
      var scanner = TextScanner(line, line: lastLine)
      if scanner.atEnd { continue }
      if scanner.peek("%") {
        nodes.append(try node(&scanner))
      } else if scanner.take("output") {
        outputs.append(try result(&scanner, "="))
      } else if scanner.take("update") {
        updates.append(try result(&scanner, "<-"))
      } else {
        throw scanner.failure("%, output or update expected")
      }
      if !scanner.atEnd { throw scanner.failure("the line should end here") }
    }
    if let problem = problems().first {
      throw TextFormError(line: lastLine, column: 1, message: problem.description)
    }
  }

  private func result(
    _ scanner: inout TextScanner, _ sign: String
  ) throws(TextFormError) -> Output {
    let name = try scanner.string()
    try scanner.need(sign)
    return Output(name: name, node: try reference(&scanner))
  }

  private func reference(_ scanner: inout TextScanner) throws(TextFormError) -> Int {
    let before = scanner
    try scanner.need("%")
    let id = try scanner.integer()
    guard nodes.indices.contains(id) else { throw before.failure("%\(id) does not stand before") }
    return id
  }

  private func node(_ scanner: inout TextScanner) throws(TextFormError) -> Node {
    let before = scanner
    try scanner.need("%")
    if try scanner.integer() != nodes.count { throw before.failure("%\(nodes.count) expected") }
    try scanner.need("=")
    let opStart = scanner
    let name = try scanner.word()
    try scanner.need("(")
    var parts = TextNode(name: name, start: opStart)
    if scanner.peek("\"") {
      parts.string = try scanner.string()
    } else if scanner.peek("%") {
      repeat { parts.operands.append(try reference(&scanner)) } while scanner.take(",")
    } else if !scanner.peek(")") {
      parts.number = try scanner.decimal()
    }
    try scanner.need(")")
    while !scanner.peek(":") {
      if scanner.atEnd { throw scanner.failure(": and a type expected") }
      try parts.readAttribute(&scanner)
    }
    try scanner.need(":")
    let typeStart = scanner
    let word = try scanner.word()
    guard let dtype = DType(rawValue: word) else {
      throw typeStart.failure("no element type is called \(word)")
    }
    parts.type = TensorType(Shape(try scanner.list()), dtype)
    let op = try parts.op()
    do throws(ShapeError) {
      let type = try op.resultType(parts.operands.map { nodes[$0].type })
      if type != parts.type { throw ShapeError("\(name) gives \(type), not \(parts.type)") }
    } catch {
      throw opStart.failure(error.description)
    }
    return Node(op, parts.operands, parts.type)
  }
}

/// A node as it stands in the text, before its words are understood.
private struct TextNode {
  let name: String
  let start: TextScanner
  var operands: [Int] = []
  var string: String?
  var number: Double?
  var numbers: [String: Int] = [:]
  var lists: [String: [Int]] = [:]
  var flags: Set<String> = []
  var type = TensorType(.scalar)

  mutating func readAttribute(_ scanner: inout TextScanner) throws(TextFormError) {
    let before = scanner
    let key = try scanner.word()
    if numbers[key] != nil || lists[key] != nil || flags.contains(key) {
      throw before.failure("\(key) is given twice")
    }
    if !scanner.take("=") {
      flags.insert(key)
    } else if scanner.peek("[") {
      lists[key] = try scanner.list()
    } else {
      numbers[key] = try scanner.integer()
    }
  }

  /// The operation that these words name; every word must belong to it.
  mutating func op() throws(TextFormError) -> Op {
    let op = try named()
    let unused = numbers.keys.sorted() + lists.keys.sorted() + flags.sorted()
    if let word = unused.first { throw start.failure("\(name) has no \(word)") }
    if string != nil || number != nil { throw start.failure("\(name) takes operands") }
    return op
  }

  private mutating func named() throws(TextFormError) -> Op {
    if let function = Unary(rawValue: name) { return .unary(function) }
    if let function = Binary(rawValue: name) { return .binary(function) }
    if let relation = Comparison(rawValue: name) { return .compare(relation) }
    switch name {
    case "feed", "state":
      guard let role = InputRole(rawValue: name), let label = string else {
        throw start.failure("\(name) takes a name in quotes")
      }
      string = nil
      return .input(name: label, role: role, type: type)
    case "constant":
      guard let value = number else { throw start.failure("constant takes a number") }
      number = nil
      return .constant(value)
    case "iota": return .iota(axis: try takeNumber("axis"), shape: type.shape)
    case "random_uniform": return .random(.uniform, stream: try takeStream(), shape: type.shape)
    case "random_normal": return .random(.normal, stream: try takeStream(), shape: type.shape)
    case "select": return .select
    case "convert": return .convert(type.dtype)
    case "broadcast": return .broadcast(to: type.shape, axes: try takeList("axes"))
    case "reshape": return .reshape(type.shape)
    case "transpose": return .transpose(try takeList("permutation"))
    case "slice":
      return .slice(
        start: try takeList("start"), limit: try takeList("limit"), step: try takeList("step"))
    case "pad":
      return .pad(
        low: try takeList("low"), high: try takeList("high"), interior: try takeList("interior"))
    case "concatenate": return .concatenate(axis: try takeNumber("axis"))
    case "gather": return .gather
    case "scatter_add": return .scatterAdd(rows: try extent(0, rank: 2))
    case "reduce_sum": return .reduce(.sum, axes: try takeList("axes"))
    case "reduce_maximum": return .reduce(.maximum, axes: try takeList("axes"))
    case "reduce_minimum": return .reduce(.minimum, axes: try takeList("axes"))
    case "matmul":
      let left = flags.remove("transpose_left") != nil
      return .matmul(
        transposeLeft: left, transposeRight: flags.remove("transpose_right") != nil)
    case "convolution": return .convolution(try takeGeometry())
    case "convolution_input_gradient":
      return .convolutionInputGradient(
        try takeGeometry(), height: try extent(1, rank: 4), width: try extent(2, rank: 4))
    case "convolution_weight_gradient":
      return .convolutionWeightGradient(
        try takeGeometry(), height: try extent(0, rank: 4), width: try extent(1, rank: 4))
    case "window_sum": return .windowSum(try takeWindow())
    case "window_sum_gradient":
      return .windowSumGradient(
        try takeWindow(), height: try extent(1, rank: 4), width: try extent(2, rank: 4))
    case "window_maximum": return .windowMaximum(try takeWindow())
    case "window_maximum_gradient": return .windowMaximumGradient(try takeWindow())
    case "window_maximum_select": return .windowMaximumSelect(try takeWindow())
    default: throw start.failure("no operation is called \(name)")
    }
  }

  private func extent(_ axis: Int, rank: Int) throws(TextFormError) -> Int {
    guard type.shape.rank == rank else { throw start.failure("\(name) has rank \(rank)") }
    return type.shape[axis]
  }

  private mutating func takeNumber(_ key: String) throws(TextFormError) -> Int {
    guard let value = numbers.removeValue(forKey: key) else {
      throw start.failure("\(name) needs \(key)=number")
    }
    return value
  }

  private mutating func takeStream() throws(TextFormError) -> UInt32 {
    guard let stream = UInt32(exactly: try takeNumber("stream")) else {
      throw start.failure("the stream has 32 bits")
    }
    return stream
  }

  private mutating func takeList(
    _ key: String, count: Int? = nil, default: [Int]? = nil
  ) throws(TextFormError) -> [Int] {
    guard let list = lists.removeValue(forKey: key) ?? `default` else {
      throw start.failure("\(name) needs \(key)=[…]")
    }
    if let count, list.count != count { throw start.failure("\(key) has \(count) numbers") }
    return list
  }

  private mutating func takeGeometry() throws(TextFormError) -> ConvGeometry {
    let stride = try takeList("stride", count: 2)
    let pad = try takeList("pad", count: 4, default: [0, 0, 0, 0])
    let dilation = try takeList("dilation", count: 2, default: [1, 1])
    return ConvGeometry(
      strideHeight: stride[0], strideWidth: stride[1], padTop: pad[0], padBottom: pad[1],
      padLeft: pad[2], padRight: pad[3], dilationHeight: dilation[0], dilationWidth: dilation[1],
      groups: numbers.removeValue(forKey: "groups") ?? 1)
  }

  private mutating func takeWindow() throws(TextFormError) -> Window {
    let size = try takeList("size", count: 2)
    let stride = try takeList("stride", count: 2)
    let pad = try takeList("pad", count: 4, default: [0, 0, 0, 0])
    return Window(
      height: size[0], width: size[1], strideHeight: stride[0], strideWidth: stride[1],
      padTop: pad[0], padBottom: pad[1], padLeft: pad[2], padRight: pad[3])
  }
}
