/// The JSON Schema (draft 2020-12) of the experiment file.
package func jsonSchema(_ vocabulary: Vocabulary) -> String { "" }

/// The reference of the experiment file (`docs/experiment-file.md`).
package func referenceMarkdown(_ vocabulary: Vocabulary) -> String { "" }
