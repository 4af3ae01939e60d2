/// The program's version, and that of its numbers: the second changes when the same spec would give
/// other results.
let programVersion = "0.1.0"
let numericsVersion = 3
