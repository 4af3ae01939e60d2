import CLibrary

/// The elementary functions that the standard library lacks: the one door to the C library.
enum Elementary {
  static func exponential(_ x: Double) -> Double { exp(x) }
  static func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }
  static func logarithm(_ x: Double) -> Double { log(x) }
  static func logarithmOnePlus(_ x: Double) -> Double { log1p(x) }
  static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
  static func cosine(_ x: Double) -> Double { cos(x) }
  static func sine(_ x: Double) -> Double { sin(x) }
}
