import Spec

/// The section `architecture.init`: which rule gives the first value of which parameter.
struct InitializerSet: Sendable {
  private let section: InitializersSection

  init(_ section: InitializersSection) { self.section = section }

  func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    let chosen: Choice?
    switch kind {
    case .linear(let part): chosen = section.linear.choice(of: part)
    case .convolution(let part): chosen = section.conv.choice(of: part)
    case .embedding: chosen = section.embedding
    case .batchNorm(let part), .batchNorm1D(let part):
      let own =
        if case .batchNorm1D = kind { section.batchNorm1D.choice(of: part) } else { Choice?.none }
      chosen = own ?? section.batchNorm.choice(of: part)
      // A norm that the section does not name begins as the identity, whatever `default` says.
      if chosen == nil { return .constant(part == .weight ? 1 : 0) }
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
