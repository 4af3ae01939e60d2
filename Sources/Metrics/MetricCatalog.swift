import Spec

/// Every metric: one line each. A test compares this list with the folder.
package enum MetricCatalog {
  package static let metrics: [any Metric.Type] = [
    Modes.self,
    MultiScaleSimilarity.self,
    SlicedWasserstein.self,
  ]

  package static var declarations: [Declaration] { metrics.map { $0.declaration } }

  /// A `Choice` was resolved against these declarations, so its word is there.
  static func metric(_ choice: Choice) -> any Metric {
    guard let kind = metrics.first(where: { $0.declaration.name == choice.name }) else {
      preconditionFailure("`\(choice.name)` is not in the catalog")
    }
    return kind.init(choice.record)
  }
}
