import Spec

/// How many classes a game tells apart among the labels of a source, and where its file says so.
package struct AskedClasses: Sendable {
  package let count: Int
  package let origin: Origin
  /// `labels.classes`
  package let key: String
  /// What asks for labels: `labels`.
  package let section: String
  private let isSection: Bool

  /// Of a file of two players.
  package init(_ section: LabelsSection) {
    (count, origin) = (section.classes, section.origin)
    (key, self.section, isSection) = ("labels.classes", "labels", true)
  }

  /// Of one of several sources; nil for one without labels.
  package init?(_ source: SourceEntry) {
    guard let classes = source.classes else { return nil }
    (count, origin) = (classes, source.origin)
    (key, section, isSection) = ("data.sources.\(source.name).classes", "classes", false)
  }

  /// What to write for another count.
  package func written(_ count: Int) -> String {
    isSection ? "labels: {classes: \(count)}" : "classes: \(count)"
  }
}
