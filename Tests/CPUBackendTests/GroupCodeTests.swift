import CKernels
import TensorCore
import Testing

@testable import CPUBackend

/// Machine code for groups gives the bits of the interpreter, whose operations are those of the processor one at a time.
@Suite struct GroupCodeTests {
  /// Numbers at which operations differ: signed zeros, infinities, none, the smallest, neighbours. No denormals: whatever is
  /// computed is rid of them, and one that is fed may or may not be taken for the zero it stands for.
  private static let special: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNormalMagnitude, -.leastNormalMagnitude,
    .greatestFiniteMagnitude, 0.5, 2.5, -2.5, Float(1).nextUp, -3,
  ]

  /// A graph of `size` element-wise operations, more of whose values are alive at a time than there are registers.
  static func trial(seed: UInt64, size: Int) -> Trial {
    var trial = Trial(seed: seed)
    func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &trial.random) }
    let shape: Shape = [1 + pick(3), [1, 7, 16, 333, 2500][pick(5)]]
    func feed(_ shape: Shape) -> Value {
      let numbers = trial.numbers(shape.count, in: -3...3)
      return trial.feed(
        HostTensor(
          shape, numbers.map { pick(3) == 0 ? Self.special[pick(Self.special.count)] : $0 }))
    }
    var pool = (0..<5).map { _ in feed(shape) }
    let numbers = (0..<20).map { _ in feed([]).broadcast(to: shape) }
    pool.append(feed([shape[1]]).broadcast(to: shape, axes: [1]))
    for _ in 0..<size {
      let x = pool[pick(pool.count)]
      let y = pick(4) == 0 ? numbers[pick(numbers.count)] : pool[pick(pool.count)]
      let relations: [Comparison] = [
        .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual,
      ]
      let new =
        switch pick(18) {
        case 0: x + y
        case 1: y - x
        case 2: x * y
        case 3: x / y
        case 4: x.maximum(y)
        case 5: y.minimum(x)
        case 6: -x
        case 7: x.magnitude
        case 8: x.sign
        case 9: x.floor
        case 10: x.squareRoot
        case 11: x.reciprocalSquareRoot
        case 12: x.reciprocal
        case 13: x.compared(relations[pick(6)], to: y).select(y, else: pool[pick(pool.count)])
        case 14: x.compared(relations[pick(6)], to: y).converted(to: .float32)
        case 15: x.compared(.greater, to: 0).select(numbers[pick(numbers.count)], else: y)
        case 16: x.tanh
        default: x.compared(.notEqual, to: y).select(x, else: numbers[pick(numbers.count)])
        }
      pool.append(new)
    }
    for value in pool where pick(3) == 0 { trial.output(value) }
    trial.output(pool[pool.count - 1].reduceMaximum(axes: [0]))
    trial.output(pool[pool.count - 2].sum(axes: [1]))
    return trial
  }

  static func hold(size: Int) throws {
    for seed in 0..<30 as Range<UInt64> {
      let trial = trial(seed: seed, size: size)
      let coded = try trial.run(on: CPUBackend(threads: 2))
      let before = gan_use_group_code(0)
      defer { _ = gan_use_group_code(before) }
      let interpreted = try trial.run(on: CPUBackend(threads: 2))
      for (one, other) in zip(coded, interpreted) {
        let wrong = zip(one.tensor.floats, other.tensor.floats).enumerated().filter { _, pair in
          pair.0.bitPattern != pair.1.bitPattern && !(pair.0.isNaN && pair.1.isNaN)
        }
        #expect(wrong.isEmpty, "seed \(seed), \(one.name): \(wrong.prefix(3))")
      }
    }
  }

  #if os(Linux)
    @Test(arguments: [1, 2])
    func codeGivesTheInterpretersBits(instructionSet: Int) async {
      await #expect(processExitsWith: .success) { [instructionSet] in
        _ = CPUBackend.use(instructionSet: instructionSet)
        try Self.hold(size: 60)
        try Self.hold(size: 8)
      }
    }
  #endif

  #if arch(x86_64)
    @Test func twoOperationsHaveCode() throws {
      guard CPUBackend.InstructionSet.used != .baseline else { return }
      var instructions = [gan_instruction(), gan_instruction()]
      for index in instructions.indices { instructions[index].opcode = Int32(GAN_NEGATE.rawValue) }
      unsafe instructions.withUnsafeBufferPointer { list in
        var group = unsafe gan_group()
        unsafe group.instructions = list.baseAddress
        for (count, isCoded) in [(1, false), (2, true)] {
          unsafe group.instructionCount = Int32(count)
          let code = unsafe gan_make_group_code(&group)
          #expect((code != nil) == isCoded)
          unsafe gan_free_group_code(code)
        }
      }
    }
  #endif
}
