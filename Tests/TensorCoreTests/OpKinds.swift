import Conformance
import TensorCore
import Testing

extension OpSample: CustomTestStringConvertible {
  public var testDescription: String { words }
}

/// Deterministic noise.
func noise(_ count: Int, seed: UInt64) -> [Double] {
  Philox(seed: seed, stream: 2, step: 0).uniforms(count: count).map { 2 * Double($0) - 1 }
}

/// The cases of ``Op`` without their payloads: a new case breaks the switch below, and then the
/// table until it has a row.
enum OpKind: CaseIterable {
  case input, constant, iota, random, unary, binary, compare, select, convert, broadcast, reshape
  case transpose, slice, pad, concatenate, gather, scatterAdd, reduce, matmul, convolution
  case convolutionInputGradient, convolutionWeightGradient, windowSum, windowSumGradient
  case windowMaximum, windowMaximumGradient, windowMaximumSelect

  init(_ op: Op) {
    switch op {
    case .input: self = .input
    case .constant: self = .constant
    case .iota: self = .iota
    case .random: self = .random
    case .unary: self = .unary
    case .binary: self = .binary
    case .compare: self = .compare
    case .select: self = .select
    case .convert: self = .convert
    case .broadcast: self = .broadcast
    case .reshape: self = .reshape
    case .transpose: self = .transpose
    case .slice: self = .slice
    case .pad: self = .pad
    case .concatenate: self = .concatenate
    case .gather: self = .gather
    case .scatterAdd: self = .scatterAdd
    case .reduce: self = .reduce
    case .matmul: self = .matmul
    case .convolution: self = .convolution
    case .convolutionInputGradient: self = .convolutionInputGradient
    case .convolutionWeightGradient: self = .convolutionWeightGradient
    case .windowSum: self = .windowSum
    case .windowSumGradient: self = .windowSumGradient
    case .windowMaximum: self = .windowMaximum
    case .windowMaximumGradient: self = .windowMaximumGradient
    case .windowMaximumSelect: self = .windowMaximumSelect
    }
  }
}

@Test func theTableOfOperationsHoldsEveryOperation() {
  let seen = Set(OpSample.all.map { OpKind($0.op) })
  #expect(OpKind.allCases.filter { !seen.contains($0) } == [])
}
