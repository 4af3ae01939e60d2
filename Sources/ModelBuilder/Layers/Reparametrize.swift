import Spec
import TensorCore

/// Draws from the normal distribution whose mean and variance the inner layers make of what comes in
/// (Kingma and Welling 2014, section 2.4): `μ + exp(½ log σ²) · ε`, `ε` standard normal. In inference
/// the mean.
///
/// Both are of one shape, which is that of the result, and have the names `mean` and `log_variance`.
package struct Reparametrize: Layer {
  static let mean = Field.layers("mean", "What makes the mean of what comes in")
  static let logVariance = Field.layers(
    "log_variance", "What makes the logarithm of the variance of what comes in")
  package static let declaration = Declaration(
    "reparametrize", "Draws from a normal distribution that inner layers make: an encoder's end",
    details:
      "Kingma and Welling 2014, section 2.4: μ + exp(½ log σ²) · ε, with ε standard normal, drawn "
      + "anew in every move; in inference μ. The two are `mean` and `log_variance` in formulas: "
      + "`encoder(faces).mean`. The layers are named `5.mean.0` …, `5.log_variance.0` ….",
    fields: [mean.declaration, logVariance.declaration],
    example: "reparametrize: {mean: [{linear: 8}], log_variance: [{linear: 8}]}")

  let mean: LayerList
  let logVariance: LayerList

  package init(_ record: Record) {
    mean = LayerList(record[Self.mean])
    logVariance = LayerList(record[Self.logVariance])
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let mean = try mean.apply(input, in: scope.nested("mean"))
    let logVariance = try logVariance.apply(input, in: scope.nested("log_variance"))
    guard mean.shape == logVariance.shape else {
      throw LayerMisfit(
        "`mean` makes \(described(mean.shape)), `log_variance` \(described(logVariance.shape))",
        advice: "let both end in the same shape")
    }
    try scope.mark("mean", mean)
    try scope.mark("log_variance", logVariance)
    guard scope.mode == .training else { return mean }
    return mean + (logVariance * 0.5).exponential * scope.noise(like: mean)
  }
}
