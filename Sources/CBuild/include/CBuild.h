#pragma once
// What the build was told of its sources.

/// The commit, as `git describe` names it (`9ce4d1007a41`, with `-dirty` where files were changed); "" where the build was not told.
///
/// In a file of its own, so that a new commit compiles that one anew and nothing else.
const char *_Nonnull gan_build_commit(void);
