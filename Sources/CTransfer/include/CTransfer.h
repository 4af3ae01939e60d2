#pragma once
// One GET request by libcurl, which is opened when the first is made: nothing links against it.
#include <stddef.h>
#include <stdint.h>

typedef struct {
  void *_Nullable context;
  /// The head of the answer, behind redirections: its status, and of its fields Content-Length and Content-Range as
  /// they stand there, or NULL.
  void (*_Nonnull head)(void *_Nullable context, long status, const char *_Nullable length,
                        const char *_Nullable range);
  /// A piece of its body. @return 0 where no more is wanted.
  int (*_Nonnull body)(void *_Nullable context, const void *_Nonnull bytes, size_t count);
} transfer_receiver;

enum {
  /// The answer is at its end.
  TRANSFER_COMPLETE = 0,
  /// It ended before that, or there was none.
  TRANSFER_FAILED = 1,
};

/// Blocks until the request has ended.
///
/// @param offset   from which byte on the file is wanted
/// @param patience seconds without a byte after which a connection counts as cut
/// @param words    room for what went wrong
int transfer_get(const char *_Nonnull address, int64_t offset, double patience,
                 const transfer_receiver *_Nonnull receiver, char *_Nonnull words, size_t room);

/// Opens libcurl.
///
/// @return what is missing, or NULL
const char *_Nullable transfer_missing(void);
