/// What a source has to say of its files besides their samples.
package struct SourceRemarks: Sendable, Equatable {
  /// Sentences for the log.
  package var notes: [String] = []
  /// Sentences on what is unlikely to be meant, each with what to do about it.
  package var warnings: [String] = []
  /// Files that lie beside the samples and are not read.
  package var unread = UnreadFiles()

  package init() {}
}
