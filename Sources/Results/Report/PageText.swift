import Charts

/// A file of a page, as the build has put it into the program.
package struct PageText: Sendable {
  private let text: String

  package init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  static let page = PageText(PackageResources.page_html)
  static let table = PageText(PackageResources.table_html)
  package static let curves = PageText(PackageResources.curves_html)
  package static let samples = PageText(PackageResources.samples_html)
  package static let settings = PageText(PackageResources.settings_html)
  package static let style = PageText(PackageResources.page_css)
  /// What draws a page from `data`: the curves, the samples and the plots of settings.
  package static let scripts = [
    PageText(PackageResources.page_js), PageText(PackageResources.charts_js),
    PageText(PackageResources.samples_js), PageText(PackageResources.settings_js),
  ]
  /// What a report does besides.
  static let reportScript = PageText(PackageResources.report_js)

  /// The colours of the curves as variables of a page's style.
  package static var palette: String {
    func variables(_ colours: [String]) -> String {
      ":root { " + colours.enumerated().map { "--c\($0): \($1);" }.joined(separator: " ") + " }"
    }
    return variables(Palette.light)
      + "\n@media (prefers-color-scheme: dark) { \(variables(Palette.dark)) }"
  }

  /// As it is.
  package var whole: String { text }

  /// With what belongs in the place of each `{{name}}`. What is put in is not looked at again: a run may
  /// be named `{{data}}`.
  package func filled(_ parts: [String: String]) -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.firstRange(of: "{{"),
      let close = rest[open.upperBound...].firstRange(of: "}}")
    {
      result += rest[..<open.lowerBound]
      let name = String(rest[open.upperBound..<close.lowerBound])
      guard let part = parts[name] else { preconditionFailure("nothing is said for {{\(name)}}") }
      result += part
      rest = rest[close.upperBound...]
    }
    return result + rest
  }
}
