import Spec

/// The section `architecture.init`: which rule gives the first value of which parameter.
struct InitializerSet: Sendable {
  private let section: InitializersSection

  init(_ section: InitializersSection) { self.section = section }

  func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    let chosen =
      switch kind {
      case .linear(let part): section.linear.choice(of: part)
      case .convolution(let part): section.conv.choice(of: part)
      case .batchNorm(let part): section.batchNorm.choice(of: part)
      case .embedding: section.embedding
      }
    return Catalog.initializer(chosen ?? section.default).initialValue(of: kind, fans)
  }
}

extension InitializersSection.Parameters {
  fileprivate func choice(of part: ParameterKind.Part) -> Choice? {
    switch part {
    case .weight: weight
    case .bias: bias
    }
  }
}
