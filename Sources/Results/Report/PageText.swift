/// A file of `Page`, as the build has put it into the program.
struct PageText: Sendable {
  private let text: String

  private init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  static let page = PageText(PackageResources.page_html)
  static let table = PageText(PackageResources.table_html)
  static let curves = PageText(PackageResources.curves_html)
  static let samples = PageText(PackageResources.samples_html)
  static let settings = PageText(PackageResources.settings_html)
  static let style = PageText(PackageResources.page_css)
  static let scripts = [
    PageText(PackageResources.page_js), PageText(PackageResources.charts_js),
    PageText(PackageResources.settings_js),
  ]

  /// As it is.
  var whole: String { text }

  /// With what belongs in the place of each `{{name}}`. What is put in is not looked at again: a run may
  /// be named `{{data}}`.
  func filled(_ parts: [String: String]) -> String {
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
