// The numbers of options are a part of libcurl's binary interface, in which none has ever changed (curl/curl.h, "SONAME"
// in docs/INTERNALS): they stand here, so that no header is needed for the dozen of them.
#include "CTransfer.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

typedef void CURL;
struct curl_slist;
enum {
  OPT_WRITEDATA = 10001, OPT_URL = 10002, OPT_RANGE = 10007, OPT_ERRORBUFFER = 10010, OPT_USERAGENT = 10018,
  OPT_HTTPHEADER = 10023, OPT_HEADERDATA = 10029, OPT_NOPROGRESS = 43, OPT_FOLLOWLOCATION = 52,
  OPT_XFERINFODATA = 10057, OPT_MAXREDIRS = 68, OPT_NOSIGNAL = 99, OPT_CONNECTTIMEOUT_MS = 156,
  OPT_PROTOCOLS = 181, OPT_REDIR_PROTOCOLS = 182, OPT_WRITEFUNCTION = 20011, OPT_HEADERFUNCTION = 20079,
  OPT_XFERINFOFUNCTION = 20219, OPT_SUPPRESS_CONNECT_HEADERS = 265,
};
enum { PROTOCOLS_HTTP_AND_HTTPS = 1 | 2, GLOBAL_ALL = 3, INFO_RESPONSE_CODE = 0x200002 };
enum {
  OK = 0, UNSUPPORTED_PROTOCOL = 1, WEIRD_SERVER_REPLY = 8, TIMED_OUT = 28, ABORTED_BY_CALLBACK = 42,
  TOO_MANY_REDIRECTS = 47,
};
enum { ERROR_SIZE = 256, MOST_REDIRECTS = 5 };

static struct {
  int (*global_init)(long);
  CURL *(*easy_init)(void);
  int (*easy_setopt)(CURL *, int, ...);
  int (*easy_perform)(CURL *);
  int (*easy_getinfo)(CURL *, int, ...);
  void (*easy_cleanup)(CURL *);
  const char *(*easy_strerror)(int);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
} curl;
static char missing[512];

static void open_once(void) {
#ifdef __APPLE__
  static const char *const names[] = {"libcurl.4.dylib"};
#else
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif
  void *library = NULL;
  for (size_t k = 0; k < sizeof names / sizeof *names && !library; k++) {
    library = dlopen(names[k], RTLD_NOW | RTLD_LOCAL);
    if (!library && k == 0) snprintf(missing, sizeof missing, "libcurl can't be opened (apt-get install libcurl4): %s", dlerror());
  }
  if (!library) return;
  missing[0] = 0;
#define FIND(name)                                                                    \
  if (!(curl.name = (__typeof__(curl.name))dlsym(library, "curl_" #name)))            \
    snprintf(missing, sizeof missing, "libcurl has no function curl_" #name);
  FIND(global_init) FIND(easy_init) FIND(easy_setopt) FIND(easy_perform) FIND(easy_getinfo)
  FIND(easy_cleanup) FIND(easy_strerror) FIND(slist_append) FIND(slist_free_all)
#undef FIND
  if (!missing[0] && curl.global_init(GLOBAL_ALL) != OK)
    snprintf(missing, sizeof missing, "libcurl can't begin");
}

typedef struct {
  const transfer_receiver *receiver;
  CURL *handle;
  double patience, lastByte;
  int isInHead, isMoved, isStopped;
  char *length, *range;
} request;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// The value of the field `name:`, to be freed; NULL if the line is another.
static char *field(const char *line, size_t count, const char *name) {
  size_t length = strlen(name);
  if (count <= length || strncasecmp(line, name, length) || line[length] != ':') return NULL;
  const char *from = line + length + 1, *to = line + count;
  while (from < to && (*from == ' ' || *from == '\t')) from++;
  while (to > from && (to[-1] == '\r' || to[-1] == '\n' || to[-1] == ' ')) to--;
  return strndup(from, (size_t)(to - from));
}

static void keep(char **place, char *text) {
  if (!text) return;
  free(*place);
  *place = text;
}

/// A line of a head: there is one for each redirection, and for each 100 Continue. What comes behind a body in chunks is none.
static size_t header(const char *line, size_t size, size_t count, void *pointer) {
  request *r = pointer;
  size_t all = size * count;
  r->lastByte = now();
  if (all >= 5 && !strncmp(line, "HTTP/", 5)) {
    free(r->length), free(r->range);
    r->length = r->range = NULL, r->isMoved = 0, r->isInHead = 1;
  }
  if (!r->isInHead) return all;
  keep(&r->length, field(line, all, "Content-Length"));
  keep(&r->range, field(line, all, "Content-Range"));
  char *place = field(line, all, "Location");
  if (place) r->isMoved = 1;
  free(place);
  if ((all == 2 && line[0] == '\r') || (all == 1 && line[0] == '\n')) {
    r->isInHead = 0;
    long status = 0;
    curl.easy_getinfo(r->handle, INFO_RESPONSE_CODE, &status);
    int isOnTheWay = status < 200 || (r->isMoved && status >= 300 && status < 400);
    if (!isOnTheWay) r->receiver->head(r->receiver->context, status, r->length, r->range);
  }
  return all;
}

static size_t body(const char *bytes, size_t size, size_t count, void *pointer) {
  request *r = pointer;
  r->lastByte = now();
  if (r->receiver->body(r->receiver->context, bytes, size * count)) return size * count;
  r->isStopped = 1;
  return 0;
}

static int progress(void *pointer, int64_t a, int64_t b, int64_t c, int64_t d) {
  (void)a, (void)b, (void)c, (void)d;
  const request *r = pointer;
  return now() - r->lastByte > r->patience;
}

const char *transfer_missing(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_once);
  return missing[0] ? missing : NULL;
}

int transfer_get(const char *address, int64_t offset, double patience, const transfer_receiver *receiver,
                 char *words, size_t room) {
  const char *absence = transfer_missing();
  CURL *handle = absence ? NULL : curl.easy_init();
  if (!handle) {
    snprintf(words, room, "%s", absence ? absence : "no memory");
    return TRANSFER_FAILED;
  }
  request r = {.receiver = receiver, .handle = handle, .patience = patience, .lastByte = now()};
  char error[ERROR_SIZE] = "", range[32];
  // A server that would send a .gz "content-encoded" must send the file itself.
  struct curl_slist *fields = curl.slist_append(NULL, "Accept-Encoding: identity");
  curl.easy_setopt(handle, OPT_URL, address);
  curl.easy_setopt(handle, OPT_USERAGENT, "gan-exp");
  curl.easy_setopt(handle, OPT_HTTPHEADER, fields);
  curl.easy_setopt(handle, OPT_PROTOCOLS, (long)PROTOCOLS_HTTP_AND_HTTPS);
  curl.easy_setopt(handle, OPT_REDIR_PROTOCOLS, (long)PROTOCOLS_HTTP_AND_HTTPS);
  curl.easy_setopt(handle, OPT_FOLLOWLOCATION, 1L);
  curl.easy_setopt(handle, OPT_MAXREDIRS, (long)MOST_REDIRECTS);
  curl.easy_setopt(handle, OPT_CONNECTTIMEOUT_MS, (long)(1000 * patience) + 1);
  // What a proxy says when it is asked for a connection is no answer.
  curl.easy_setopt(handle, OPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl.easy_setopt(handle, OPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, OPT_NOPROGRESS, 0L);
  curl.easy_setopt(handle, OPT_XFERINFOFUNCTION, progress);
  curl.easy_setopt(handle, OPT_XFERINFODATA, &r);
  curl.easy_setopt(handle, OPT_HEADERFUNCTION, header);
  curl.easy_setopt(handle, OPT_HEADERDATA, &r);
  curl.easy_setopt(handle, OPT_WRITEFUNCTION, body);
  curl.easy_setopt(handle, OPT_WRITEDATA, &r);
  curl.easy_setopt(handle, OPT_ERRORBUFFER, error);
  if (offset > 0) {
    snprintf(range, sizeof range, "%lld-", (long long)offset);
    curl.easy_setopt(handle, OPT_RANGE, range);
  }
  int code = curl.easy_perform(handle);
  int isOver = code == OK || r.isStopped;
  if (code == ABORTED_BY_CALLBACK || code == TIMED_OUT)
    snprintf(words, room, "no answer for %g s", patience);
  else if (code == TOO_MANY_REDIRECTS)
    snprintf(words, room, "more than %d redirections", MOST_REDIRECTS);
  else if (code == WEIRD_SERVER_REPLY || (code == UNSUPPORTED_PROTOCOL && strstr(error, "HTTP/0.9")))
    snprintf(words, room, "not an answer in HTTP");
  else if (!isOver)
    snprintf(words, room, "%s", error[0] ? error : curl.easy_strerror(code));
  curl.easy_cleanup(handle);
  curl.slist_free_all(fields);
  free(r.length), free(r.range);
  return isOver ? TRANSFER_COMPLETE : TRANSFER_FAILED;
}
