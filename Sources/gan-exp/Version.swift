import CBuild

/// The program's version, and that of its numbers: the second changes when the same spec would give
/// other results, by more than the order in which numbers are added up.
let programVersion = "0.1.0"
let numericsVersion = 3

/// The commit it was built from, with `-dirty` where files were changed; nil where the build was not told.
let programCommit: String? = {
  let name = String(cString: gan_build_commit())
  return name.isEmpty ? nil : name
}()
