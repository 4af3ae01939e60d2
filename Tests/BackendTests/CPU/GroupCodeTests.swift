import CKernels
import Foundation
import Conformance
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

  /// A graph of `size` element-wise operations, more of whose values are alive at a time than AVX2 has registers.
  static func trial(seed: UInt64, size: Int) -> GraphTrial {
    var trial = GraphTrial(seed: seed)
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
    pool.append(feed([shape[0]]).broadcast(to: shape, axes: [0]))
    let bytes = (0..<shape.count).map { _ in UInt8.random(in: 0...255, using: &trial.random) }
    pool.append(trial.feed(HostTensor(shape, bytes)).converted(to: .float32))
    let states = (0..<3).map { _ in trial.state(shape, in: 0.1...2) }
    pool += states
    for _ in 0..<size {
      let x = pool[pick(pool.count)]
      let y = pick(4) == 0 ? numbers[pick(numbers.count)] : pool[pick(pool.count)]
      let relations: [Comparison] = [
        .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual,
      ]
      let new =
        switch pick(19) {
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
        case 17: x.magnitude.power(y.magnitude)
        default: x.compared(.notEqual, to: y).select(x, else: numbers[pick(numbers.count)])
        }
      pool.append(new)
    }
    for value in pool where pick(3) == 0 { trial.output(value) }
    trial.output(pool[pool.count - 1].reduceMaximum(axes: [0]))
    trial.output(pool[pool.count - 2].sum(axes: [1]))
    trial.output(numbers[0])
    // As an optimizer steps, in one pass over the old values; one of them is read besides.
    let moment = states[1] * 0.9 + pool[pool.count - 1] * 0.1
    let square = states[2] * 0.99 + pool[pool.count - 1].squared * 0.01
    trial.update(0, states[0] - moment / (square.squareRoot + 1e-8))
    trial.update(1, moment)
    trial.update(2, square)
    trial.output(states[1])
    return trial
  }

  /// Ninety values that are read again, in the opposite order, when their sum is known: more than AVX2 has registers.
  static func trialOfManyValues() -> GraphTrial {
    var trial = GraphTrial(seed: 3)
    let x = trial.feed([1001])
    let values = (0..<90).map { (index: Int) -> Value in
      let scaled = x * Double(index + 1)
      return index % 50 == 5 ? scaled.tanh : scaled + Double(index)
    }
    let sum = values.reduce(x) { (sum: Value, value: Value) in sum + value }
    trial.output(
      values.reversed().reduce(sum) { (rest: Value, value: Value) in (rest - value * sum) * 0.5 })
    return trial
  }

  static func hold(_ trials: [GraphTrial]) throws {
    for (seed, trial) in trials.enumerated() {
      let coded = try trial.run(on: CPUBackend(threads: 2), times: 2)
      let before = gan_use_group_code(0)
      defer { _ = gan_use_group_code(before) }
      let interpreted = try trial.run(on: CPUBackend(threads: 2), times: 2)
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
        for size in [60, 8] {
          try Self.hold((0..<30 as Range<UInt64>).map { Self.trial(seed: $0, size: size) })
        }
        try Self.hold([Self.trialOfManyValues()])
      }
    }
  #endif

  #if arch(x86_64)
    /// Every arithmetic operation, on each instruction set, so that nothing above compared the interpreter with itself.
    @Test(arguments: [1, 2])
    func whateverIsArithmeticHasCodeAndAllElseHasNone(instructionSet: Int) async {
      await #expect(processExitsWith: .success) { [instructionSet] in
        guard CPUBackend.use(instructionSet: instructionSet) == instructionSet else { return }
        let transcendental = [
          GAN_EXPONENTIAL, GAN_EXPONENTIAL_MINUS_ONE, GAN_LOGARITHM, GAN_LOGARITHM_ONE_PLUS,
          GAN_TANH, GAN_SIGMOID, GAN_SOFTPLUS, GAN_EXPONENTIAL_LINEAR, GAN_POWER,
        ].map { Int32($0.rawValue) }
        for opcode in 0..<Int32(GAN_OPCODES.rawValue) {
          let isArithmetic = !transcendental.contains(opcode)
          for (count, isCoded) in [(1, false), (2, isArithmetic)] {
            #expect(Self.hasCode(opcode, count: count) == isCoded, "\(opcode), \(count) times")
          }
        }
      }
    }

    private static func hasCode(_ opcode: Int32, count: Int) -> Bool {
      var instruction = gan_instruction()
      instruction.opcode = opcode
      let instructions = [gan_instruction](repeating: instruction, count: count)
      return unsafe instructions.withUnsafeBufferPointer { list in
        var group = unsafe gan_group()
        unsafe group.instructions = list.baseAddress
        unsafe group.instructionCount = Int32(count)
        let code = unsafe gan_make_group_code(&group)
        defer { unsafe gan_free_group_code(code) }
        return code != nil
      }
    }
  #endif

  #if os(Linux)
    @Test func codeGoesWithItsExecutable() async {
      await #expect(processExitsWith: .success) {
        func mappings() throws -> Int {
          try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n")
            .count
        }
        let trial = Self.trialOfManyValues()
        _ = try trial.run(on: CPUBackend(threads: 2))
        let before = try mappings()
        for _ in 0..<200 { _ = try trial.run(on: CPUBackend(threads: 2)) }
        #expect(try mappings() < before + 100)
      }
    }
  #endif
}
