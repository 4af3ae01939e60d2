import CKernels
import TensorCore

/// Registers, tile and partition of a tile program: everything but addresses.
struct GroupLayout {
  struct Source {
    var register: Int
    var slot: Int?
    var kind: gan_source_kind
    var period = 1
    var axes: [View.Axis] = []
  }
  /// Scratch tiles.
  private(set) var slots = 0
  private(set) var sources: [Source] = []
  /// The register of each instruction's result.
  private(set) var results: [Int] = []
  /// Whether a sink is written in place, by sink.
  private(set) var direct: [Bool] = []
  private(set) var registerCount = 0
  let tile: Int
  let domain: FoldDomain
  let chunk: Int
  let chunks: Int

  /// The most elements of a tile, so that a few of them stay in the first-level cache.
  private static let cachedFloats = 8192

  init(_ program: TileProgram, _ group: Fusion.Group, overwritten: Set<Int>) {
    domain = group.fold ?? FoldDomain(outer: 1, middle: group.count, inner: 1)
    // A sink owns the register it names unless its old content is still to be read.
    var placed = [Int?](repeating: nil, count: program.instructions.count)
    for (index, sink) in program.sinks.enumerated() {
      var isDirect = false
      if case .computed(let value) = sink.value, placed[value] == nil,
        program.isFloat(sink.node)
      {
        let endangered = program.sources.indices.filter {
          overwritten.contains(program.sources[$0].view.root)
            && program.replaces(sink.node, program.sources[$0].view.root)
        }
        isDirect = endangered.allSatisfy { program.lastReader(ofSource: $0) <= value }
        if isDirect { placed[value] = index }
      }
      direct.append(isDirect)
    }
    var shapes: [Source] = program.sources.map { source in
      Source(register: 0, source.view, isFloat: source.element == .float32)
    }
    // Scratch tiles by linear scan: copies of sources stay, results leave after their last reader.
    for index in shapes.indices where shapes[index].kind != GAN_DIRECT {
      shapes[index].slot = slots
      slots += 1
    }
    var last = [Int](repeating: -1, count: program.instructions.count)
    for (index, instruction) in program.instructions.enumerated() {
      for case .computed(let value) in instruction.operands { last[value] = index }
    }
    for result in program.sinks + program.folds {
      if case .computed(let value) = result.value { last[value] = .max }
    }
    var free: [Int] = []
    var slotOf = [Int](repeating: -1, count: program.instructions.count)
    for (index, instruction) in program.instructions.enumerated() {
      for case .computed(let value) in Set(instruction.operands)
      where last[value] == index && placed[value] == nil {
        free.append(slotOf[value])
      }
      guard placed[index] == nil else { continue }
      if let slot = free.popLast() {
        slotOf[index] = slot
      } else {
        slotOf[index] = slots
        slots += 1
      }
    }
    // Registers: scratch tiles, then scalars, then sources, then direct sinks.
    var next = slots + program.scalars.count
    for index in shapes.indices {
      shapes[index].register = next
      next += 1
    }
    sources = shapes
    results = program.instructions.indices.map { index in
      guard placed[index] != nil else { return slotOf[index] }
      next += 1
      return next - 1
    }
    registerCount = next
    let tiles = slots + program.sources.count + program.sinks.count
    let room = max(256, min(2048, Self.cachedFloats / max(1, tiles)))
    let periods = shapes.filter { $0.kind == GAN_PERIODIC }.map(\.period)
    let rows = group.fold.map { $0.inner > 1 ? $0.inner : $0.middle }
    tile = Self.tile(room, row: (periods + [rows ?? 1]).max() ?? 1)
    (chunk, chunks) = group.fold.map(Self.chunks) ?? (group.count, 1)
  }

  /// Whole rows if they are short, else equal parts of a row.
  private static func tile(_ room: Int, row: Int) -> Int {
    if row <= room { return room / row * row }
    let parts = (row + room - 1) / room
    return ((row + parts - 1) / parts + 15) / 16 * 16
  }

  /// Long folds are cut into runs by size alone, so that any number of threads adds in one order.
  private static func chunks(_ domain: FoldDomain) -> (Int, Int) {
    let total = domain.outer * domain.middle * domain.inner
    if domain.outer >= 16 || total < 32_768 { return (domain.middle, 1) }
    let wanted = max(1, min(domain.middle, 16, total / 8192))
    let chunk = (domain.middle + wanted - 1) / wanted
    return (chunk, (domain.middle + chunk - 1) / chunk)
  }

  /// The numbers of a fold in the making (`gan_fold.partial`).
  func partials(threads: Int) -> Int {
    if chunks > 1 { return domain.outer * chunks * domain.inner }
    return domain.inner > 1 ? threads * domain.inner : 0
  }

  func register(_ reference: TileProgram.Reference) -> Int {
    switch reference {
    case .computed(let index): results[index]
    case .source(let index): sources[index].register
    case .scalar(let index): slots + index
    }
  }
}

extension GroupLayout.Source {
  fileprivate init(register: Int, _ view: View, isFloat: Bool) {
    self.register = register
    slot = nil
    axes = view.axes
    if isFloat, view.isDense {
      kind = GAN_DIRECT
    } else if isFloat, axes.count == 2, axes[0].stride == 0, axes[1].stride == 1 {
      kind = GAN_PERIODIC
      period = axes[1].extent
    } else {
      kind = GAN_STRIDED
      if axes.isEmpty { axes = [View.Axis(extent: 1, stride: 1)] }
    }
  }
}

/// The C description of a group, with the lists it points to.
@safe final class BoundGroup {
  private let group: UnsafeMutablePointer<gan_group>
  private let sources: UnsafeMutablePointer<gan_source>
  private let scalars: UnsafeMutablePointer<UnsafePointer<Float>?>
  private let numbers: UnsafeMutablePointer<Float>
  private let instructions: UnsafeMutablePointer<gan_instruction>
  private let sinks: UnsafeMutablePointer<gan_sink>
  private let folds: UnsafeMutablePointer<gan_fold>
  private let threads: UInt32

  init(
    _ program: TileProgram, _ layout: GroupLayout, count: Int, elements: [DType],
    _ place: Placement
  ) throws(BackendError) {
    unsafe group = .allocate(capacity: 1)
    // What follows can fail, and is then undone.
    unsafe group.initialize(to: gan_group())
    unsafe sources = .allocate(capacity: program.sources.count)
    unsafe scalars = .allocate(capacity: program.scalars.count)
    unsafe numbers = .allocate(capacity: program.scalars.count)
    unsafe instructions = .allocate(capacity: program.instructions.count)
    unsafe sinks = .allocate(capacity: program.sinks.count)
    unsafe folds = .allocate(capacity: program.folds.count)
    unsafe threads = place.threads(for: count * max(1, program.cost))
    for (index, source) in program.sources.enumerated() {
      let shape = layout.sources[index]
      var c = unsafe gan_source()
      unsafe c.base = UnsafeRawPointer(
        try place.address(source.view.root) + source.view.offset * source.element.size)
      unsafe c.kind = Int32(shape.kind.rawValue)
      unsafe c.element = source.element.code
      unsafe c.reg = Int32(shape.register)
      unsafe c.slot = Int32(shape.slot ?? -1)
      unsafe c.period = Int64(shape.period)
      unsafe c.rank = Int64(shape.axes.count)
      unsafe fill(&c.extents, shape.axes.map(\.extent))
      unsafe fill(&c.strides, shape.axes.map(\.stride))
      unsafe (sources + index).initialize(to: c)
    }
    for (index, scalar) in program.scalars.enumerated() {
      switch scalar {
      case .number(let number):
        unsafe (numbers + index).initialize(to: number)
        unsafe (scalars + index).initialize(to: UnsafePointer(numbers + index))
      case .memory(let view):
        unsafe (numbers + index).initialize(to: 0)
        unsafe (scalars + index).initialize(to: UnsafePointer(try place.floats(view)))
      }
    }
    for (index, instruction) in program.instructions.enumerated() {
      var c = gan_instruction()
      c.opcode = Int32(instruction.opcode.rawValue)
      c.destination = Int32(layout.results[index])
      let registers = instruction.operands.map { Int32(layout.register($0)) }
      c.operands = (
        registers[0], registers.count > 1 ? registers[1] : 0, registers.count > 2 ? registers[2] : 0
      )
      for (position, operand) in instruction.operands.enumerated() {
        if case .scalar = operand { c.scalars |= 1 << Int32(position) }
      }
      unsafe (instructions + index).initialize(to: c)
    }
    for (index, sink) in program.sinks.enumerated() {
      unsafe (sinks + index).initialize(
        to: gan_sink(
          base: try place.address(sink.node), element: elements[sink.node].code,
          reg: Int32(layout.register(sink.value)), direct: layout.direct[index] ? 1 : 0))
    }
    let partial = unsafe place.scratch[1].assumingMemoryBound(to: Double.self)
    let partialCount = layout.partials(threads: Int(threads))
    for (index, fold) in program.folds.enumerated() {
      unsafe (folds + index).initialize(
        to: gan_fold(
          kind: program.foldKind(fold.node), reg: Int32(layout.register(fold.value)),
          result: try place.floats(fold.node), partial: partial + index * partialCount))
    }
    unsafe group.pointee =
      gan_group(
        outer: Int64(layout.domain.outer), middle: Int64(layout.domain.middle),
        inner: Int64(layout.domain.inner), chunk: Int64(layout.chunk),
        chunks: Int64(layout.chunks), tile: Int64(layout.tile), slots: Int32(layout.slots),
        sourceCount: Int32(program.sources.count), scalarCount: Int32(program.scalars.count),
        instructionCount: Int32(program.instructions.count),
        sinkCount: Int32(program.sinks.count), foldCount: Int32(program.folds.count),
        sources: sources, scalars: scalars, instructions: instructions, sinks: sinks,
        folds: folds, scratch: place.scratch[0].assumingMemoryBound(to: Float.self), code: nil)
    unsafe group.pointee.code = gan_make_group_code(group)
  }

  deinit {
    unsafe gan_free_group_code(group.pointee.code)
    unsafe group.deallocate()
    unsafe sources.deallocate()
    unsafe scalars.deallocate()
    unsafe numbers.deallocate()
    unsafe instructions.deallocate()
    unsafe sinks.deallocate()
    unsafe folds.deallocate()
  }

  func run() { unsafe gan_run_group(group, threads) }
}

extension Lowering {
  func group(
    _ step: Int, _ group: Fusion.Group, overwritten: Set<Int>
  ) throws(BackendError) -> Blueprint {
    let program = TileProgram(
      fusion, step: step, group, stored: stored, overwritten: overwritten, replacing: inPlace)
    let layout = GroupLayout(program, group, overwritten: overwritten)
    if layout.registerCount > Int(GAN_MAX_REGISTERS) {
      throw BackendError("a fused group needs \(layout.registerCount) registers")
    }
    for source in layout.sources where source.axes.count > Int(GAN_MAX_RANK) {
      throw BackendError("a view has more than \(GAN_MAX_RANK) axes that cannot be merged")
    }
    let tileScratch = Int(gan_group_scratch(Int64(layout.slots), Int64(layout.tile))) * 4 * threads
    let domain = layout.domain
    let partials =
      program.folds.count * layout.partials(threads: threads) * MemoryLayout<Double>.stride
    let elements = facts.graph.nodes.map(\.type.dtype)
    let label =
      "group [\(domain.outer), \(domain.middle), \(domain.inner)] "
      + "\(program.sources.count)→\(program.sinks.count)+\(program.folds.count), "
      + "\(program.instructions.count) operations, tile \(layout.tile)"
    return unsafe Blueprint(label: label, scratch: [tileScratch, partials]) {
      place throws(BackendError) in
      let bound = try unsafe BoundGroup(
        program, layout, count: group.count, elements: elements, place)
      return { () throws(BackendError) in bound.run() }
    }
  }
}
