import CLibrary

/// log(1 / √(2π))
private let logRootTwoPi = 0.5 * log(2 * Double.pi)

/// The logarithm of the standard normal distribution function, also far out.
func logNormalCDF(_ x: Double) -> Double {
  if x > 6 { return -0.5 * erfc(x / 2.0.squareRoot()) }
  if x > -14 { return log(0.5 * erfc(-x / 2.0.squareRoot())) }
  // Abramowitz and Stegun 26.2.12.
  var (term, sum) = (1.0, 1.0)
  for step in 1...12 {
    term *= -Double(2 * step - 1) / (x * x)
    sum += term
  }
  return -0.5 * x * x - log(-x) - logRootTwoPi + log(sum)
}

/// The logarithm of the mass of a standard normal between a and b, a < b.
func logNormalMass(_ a: Double, _ b: Double) -> Double {
  if a > 0 { return logNormalMass(-b, -a) }
  if b <= 0 {
    let (low, high) = (logNormalCDF(a), logNormalCDF(b))
    return high + log1p(-exp(low - high))
  }
  let tails = 0.5 * erfc(-a / 2.0.squareRoot()) + 0.5 * erfc(b / 2.0.squareRoot())
  return log1p(-tails)
}

/// log(Σ exp) without overflow.
func logSumOfExponentials(_ logs: [Double]) -> Double {
  guard let largest = logs.max(), largest > -.infinity else { return -.infinity }
  return largest + log(logs.reduce(0) { $0 + exp($1 - largest) })
}

/// A normal distribution of which only what lies between two ends is left.
struct TruncatedNormal {
  let mean: Double
  let deviation: Double
  let low: Double
  let high: Double

  private func scaled(_ x: Double) -> Double { (x - mean) / deviation }

  private var logMass: Double { logNormalMass(scaled(low), scaled(high)) }

  func logDensity(_ x: Double) -> Double {
    let z = scaled(x)
    return -0.5 * z * z - logRootTwoPi - log(deviation) - logMass
  }

  /// Of an interval within the ends.
  func logMass(from a: Double, to b: Double) -> Double {
    logNormalMass(scaled(a), scaled(b)) - logMass
  }

  /// The place below which a share of the mass lies, found by halving.
  func quantile(_ share: Double) -> Double {
    var (left, right) = (low, high)
    for _ in 0..<80 {
      let middle = 0.5 * (left + right)
      if middle <= left || middle >= right { break }
      if exp(logMass(from: low, to: middle)) < share { left = middle } else { right = middle }
    }
    return 0.5 * (left + right)
  }
}
