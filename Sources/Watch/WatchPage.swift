import Results

/// The page's files. It looks as a report does, and draws with the same scripts.
enum WatchPage {
  static let html = PageText(PackageResources.watch_html).filled([
    "curves": PageText.curves.whole, "samples": PageText.samples.whole,
    "settings": PageText.settings.whole,
  ])

  static let style = [
    PageText.palette, PageText.style.whole, PageText(PackageResources.watch_css).whole,
  ].joined(separator: "\n")

  static let script = (PageText.scripts + [PageText(PackageResources.watch_js)]).map(\.whole)
    .joined(separator: "\n")
}
