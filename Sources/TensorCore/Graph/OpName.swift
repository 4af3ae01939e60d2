extension Op {
  /// The word for this operation in the text form and in messages.
  package var name: String {
    switch self {
    case .input(_, let role, _): role.rawValue
    case .constant: "constant"
    case .iota: "iota"
    case .random(let distribution, _, _): "random_\(distribution.rawValue)"
    case .unary(let function): function.rawValue
    case .binary(let function): function.rawValue
    case .compare(let relation): relation.rawValue
    case .select: "select"
    case .convert: "convert"
    case .broadcast: "broadcast"
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .slice: "slice"
    case .pad: "pad"
    case .concatenate: "concatenate"
    case .gather: "gather"
    case .scatterAdd: "scatter_add"
    case .reduce(let reduction, _): "reduce_\(reduction.rawValue)"
    case .matmul: "matmul"
    case .convolution: "convolution"
    case .convolutionInputGradient: "convolution_input_gradient"
    case .convolutionWeightGradient: "convolution_weight_gradient"
    case .windowSum: "window_sum"
    case .windowSumGradient: "window_sum_gradient"
    case .windowMaximum: "window_maximum"
    case .windowMaximumGradient: "window_maximum_gradient"
    case .windowMaximumSelect: "window_maximum_select"
    }
  }
}
