// A PJRT plugin that fails as FAKE_PLUGIN says: `old` speaks an interface of another age, `abort` and `exit` end the process, any other
// text is what it says when it is asked for a client.
#include <stdlib.h>
#include <string.h>

#include "pjrt_c_api.h"

static void message(PJRT_Error_Message_Args *args) {
  args->message = getenv("FAKE_PLUGIN");
  args->message_size = strlen(args->message);
}
static void forget(PJRT_Error_Destroy_Args *args) { (void)args; }
static PJRT_Error *initialize(PJRT_Plugin_Initialize_Args *args) {
  (void)args;
  return NULL;
}
static PJRT_Error *create(PJRT_Client_Create_Args *args) {
  (void)args;
  if (!strcmp(getenv("FAKE_PLUGIN"), "abort")) abort();
  if (!strcmp(getenv("FAKE_PLUGIN"), "exit")) _Exit(3);
  static int error;
  return (PJRT_Error *)&error;
}

const PJRT_Api *GetPjrtApi(void) {
  static PJRT_Api api;
  int isOld = !strcmp(getenv("FAKE_PLUGIN"), "old");
  api.struct_size = isOld ? 100 : PJRT_Api_STRUCT_SIZE;
  api.pjrt_api_version.major_version = 0;
  api.pjrt_api_version.minor_version = isOld ? 9 : PJRT_API_MINOR;
  api.PJRT_Error_Message = message;
  api.PJRT_Error_Destroy = forget;
  api.PJRT_Plugin_Initialize = initialize;
  api.PJRT_Client_Create = create;
  return &api;
}
