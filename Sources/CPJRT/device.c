// Every function of a plugin takes one struct that says its own size, and gives an error object or
// NULL. Source: pjrt_c_api.h beside this file's header.
#include "device.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pjrt_c_api.h"

struct pjrt_device {
  const PJRT_Api *api;
  PJRT_Client *client;
  PJRT_Device *device;
  size_t count;
  char *platform, *version, *kind;
};
struct pjrt_program {
  pjrt_device *owner;
  PJRT_LoadedExecutable *executable;
  size_t results;
};
struct pjrt_array {
  pjrt_device *owner;
  PJRT_Buffer *buffer;
};

#define ARGUMENTS(type, name) \
  type name;                  \
  memset(&name, 0, sizeof name); \
  name.struct_size = type##_STRUCT_SIZE

static char *copied(const char *text, size_t length) {
  char *copy = malloc(length + 1);
  if (copy) memcpy(copy, text, length), copy[length] = 0;
  return copy;
}
static char *said(const char *text) { return copied(text, strlen(text)); }

/// The message of an error, which it frees; NULL of none.
static char *message(const PJRT_Api *api, PJRT_Error *error) {
  if (!error) return NULL;
  ARGUMENTS(PJRT_Error_Message_Args, m);
  m.error = error;
  api->PJRT_Error_Message(&m);
  char *text = copied(m.message, m.message_size);
  ARGUMENTS(PJRT_Error_Destroy_Args, d);
  d.error = error;
  api->PJRT_Error_Destroy(&d);
  return text ? text : said("no memory for the plugin's message");
}

/// Waits for an event, which it frees.
static char *awaited(const PJRT_Api *api, PJRT_Event *event) {
  if (!event) return NULL;
  ARGUMENTS(PJRT_Event_Await_Args, a);
  a.event = event;
  char *text = message(api, api->PJRT_Event_Await(&a));
  ARGUMENTS(PJRT_Event_Destroy_Args, d);
  d.event = event;
  char *other = message(api, api->PJRT_Event_Destroy(&d));
  if (text) free(other);
  return text ? text : other;
}

// --- the device --------------------------------------------------------------------------------------

static char *describe(pjrt_device *d) {
  ARGUMENTS(PJRT_Client_PlatformName_Args, name);
  name.client = d->client;
  char *failure = message(d->api, d->api->PJRT_Client_PlatformName(&name));
  if (failure) return failure;
  d->platform = copied(name.platform_name, name.platform_name_size);
  ARGUMENTS(PJRT_Client_PlatformVersion_Args, version);
  version.client = d->client;
  failure = message(d->api, d->api->PJRT_Client_PlatformVersion(&version));
  if (failure) return failure;
  d->version = copied(version.platform_version, version.platform_version_size);
  ARGUMENTS(PJRT_Client_AddressableDevices_Args, devices);
  devices.client = d->client;
  failure = message(d->api, d->api->PJRT_Client_AddressableDevices(&devices));
  if (failure) return failure;
  d->count = devices.num_addressable_devices;
  if (d->count == 0) return said("the plugin has no device");
  d->device = devices.addressable_devices[0];
  ARGUMENTS(PJRT_Device_GetDescription_Args, described);
  described.device = d->device;
  failure = message(d->api, d->api->PJRT_Device_GetDescription(&described));
  if (failure) return failure;
  ARGUMENTS(PJRT_DeviceDescription_Kind_Args, kind);
  kind.device_description = described.device_description;
  failure = message(d->api, d->api->PJRT_DeviceDescription_Kind(&kind));
  if (failure) return failure;
  d->kind = copied(kind.device_kind, kind.device_kind_size);
  return NULL;
}

static char *begin(pjrt_device *d, const pjrt_option *options, size_t count) {
  ARGUMENTS(PJRT_Plugin_Initialize_Args, initialize);
  char *failure = message(d->api, d->api->PJRT_Plugin_Initialize(&initialize));
  if (failure) return failure;
  PJRT_NamedValue *values = calloc(count + 1, sizeof *values);
  if (!values) return said("no memory");
  for (size_t k = 0; k < count; k++) {
    PJRT_NamedValue *v = &values[k];
    v->struct_size = PJRT_NamedValue_STRUCT_SIZE;
    v->name = options[k].name;
    v->name_size = strlen(options[k].name);
    v->value_size = 1;
    switch (options[k].kind) {
      case 0:
        v->type = PJRT_NamedValue_kString;
        v->string_value = options[k].text;
        v->value_size = strlen(options[k].text);
        break;
      case 1: v->type = PJRT_NamedValue_kInt64, v->int64_value = (int64_t)options[k].number; break;
      case 2: v->type = PJRT_NamedValue_kFloat, v->float_value = (float)options[k].number; break;
      default: v->type = PJRT_NamedValue_kBool, v->bool_value = options[k].number != 0; break;
    }
  }
  ARGUMENTS(PJRT_Client_Create_Args, create);
  create.create_options = values;
  create.num_options = count;
  failure = message(d->api, d->api->PJRT_Client_Create(&create));
  free(values);
  if (failure) return failure;
  d->client = create.client;
  return describe(d);
}

char *pjrt_open(const char *path, const pjrt_option *options, size_t count, pjrt_device **device) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return said(dlerror());
  const PJRT_Api *(*get)(void) = (const PJRT_Api *(*)(void))dlsym(library, "GetPjrtApi");
  if (!get) return said("it is no PJRT plugin: it has no GetPjrtApi");
  pjrt_device *d = calloc(1, sizeof *d);
  if (!d) return said("no memory");
  d->api = get();
  // The functions used here are older than the header; a table that ends before the last of them is of another age.
  const size_t needed = offsetof(PJRT_Api, PJRT_Buffer_ToHostBuffer) + sizeof(void *);
  if (!d->api || d->api->pjrt_api_version.major_version != PJRT_API_MAJOR || d->api->struct_size < needed) {
    char text[160];
    snprintf(text, sizeof text, "the plugin speaks version %d.%d of PJRT's interface; this program was made for %d.%d",
             d->api ? d->api->pjrt_api_version.major_version : -1,
             d->api ? d->api->pjrt_api_version.minor_version : -1, PJRT_API_MAJOR, PJRT_API_MINOR);
    free(d);
    return said(text);
  }
  char *failure = begin(d, options, count);
  if (failure) {
    free(d->platform), free(d->version), free(d->kind), free(d);
    return failure;
  }
  *device = d;
  return NULL;
}

const char *pjrt_platform(const pjrt_device *d) { return d->platform ? d->platform : ""; }
const char *pjrt_platform_version(const pjrt_device *d) { return d->version ? d->version : ""; }
const char *pjrt_device_kind(const pjrt_device *d) { return d->kind ? d->kind : ""; }
size_t pjrt_device_count(const pjrt_device *d) { return d->count; }
int32_t pjrt_api_major(const pjrt_device *d) { return d->api->pjrt_api_version.major_version; }
int32_t pjrt_api_minor(const pjrt_device *d) { return d->api->pjrt_api_version.minor_version; }

int64_t pjrt_peak_bytes(const pjrt_device *d) {
  if (d->api->struct_size < offsetof(PJRT_Api, PJRT_Device_MemoryStats) + sizeof(void *)) return -1;
  ARGUMENTS(PJRT_Device_MemoryStats_Args, stats);
  stats.device = d->device;
  char *failure = message(d->api, d->api->PJRT_Device_MemoryStats(&stats));
  int64_t peak = failure || !stats.peak_bytes_in_use_is_set ? -1 : stats.peak_bytes_in_use;
  free(failure);
  return peak;
}

// --- programs ----------------------------------------------------------------------------------------

char *pjrt_compile(pjrt_device *d, const char *text, size_t length, const uint8_t *options,
                   size_t optionsLength, pjrt_program **program) {
  ARGUMENTS(PJRT_Program, code);
  code.code = (char *)text;
  code.code_size = length;
  code.format = "mlir";
  code.format_size = 4;
  ARGUMENTS(PJRT_Client_Compile_Args, compile);
  compile.client = d->client;
  compile.program = &code;
  compile.compile_options = (const char *)options;
  compile.compile_options_size = optionsLength;
  char *failure = message(d->api, d->api->PJRT_Client_Compile(&compile));
  if (failure) return failure;
  pjrt_program *p = calloc(1, sizeof *p);
  if (!p) return said("no memory");
  p->owner = d;
  p->executable = compile.executable;
  ARGUMENTS(PJRT_LoadedExecutable_GetExecutable_Args, inside);
  inside.loaded_executable = p->executable;
  failure = message(d->api, d->api->PJRT_LoadedExecutable_GetExecutable(&inside));
  if (!failure) {
    ARGUMENTS(PJRT_Executable_NumOutputs_Args, outputs);
    outputs.executable = inside.executable;
    failure = message(d->api, d->api->PJRT_Executable_NumOutputs(&outputs));
    p->results = outputs.num_outputs;
    ARGUMENTS(PJRT_Executable_Destroy_Args, destroy);
    destroy.executable = inside.executable;
    free(message(d->api, d->api->PJRT_Executable_Destroy(&destroy)));
  }
  if (failure) {
    pjrt_program_free(p);
    return failure;
  }
  *program = p;
  return NULL;
}

size_t pjrt_result_count(const pjrt_program *p) { return p->results; }

void pjrt_program_free(pjrt_program *p) {
  if (!p) return;
  ARGUMENTS(PJRT_LoadedExecutable_Destroy_Args, destroy);
  destroy.executable = p->executable;
  free(message(p->owner->api, p->owner->api->PJRT_LoadedExecutable_Destroy(&destroy)));
  free(p);
}

// --- arrays ------------------------------------------------------------------------------------------

static pjrt_array *wrapped(pjrt_device *d, PJRT_Buffer *buffer) {
  pjrt_array *a = calloc(1, sizeof *a);
  if (a) a->owner = d, a->buffer = buffer;
  return a;
}

char *pjrt_array_make(pjrt_device *d, const void *data, int32_t element, const int64_t *extents,
                      size_t rank, pjrt_array **array) {
  static const PJRT_Buffer_Type types[] = {PJRT_Buffer_Type_F32, PJRT_Buffer_Type_S32, PJRT_Buffer_Type_U8};
  ARGUMENTS(PJRT_Client_BufferFromHostBuffer_Args, make);
  make.client = d->client;
  make.data = data;
  make.type = types[element];
  make.dims = extents;
  make.num_dims = rank;
  make.host_buffer_semantics = PJRT_HostBufferSemantics_kImmutableOnlyDuringCall;
  make.device = d->device;
  char *failure = message(d->api, d->api->PJRT_Client_BufferFromHostBuffer(&make));
  if (failure) return failure;
  failure = awaited(d->api, make.done_with_host_buffer);
  pjrt_array *a = wrapped(d, make.buffer);
  if (!a && !failure) failure = said("no memory");
  if (failure) {
    pjrt_array_free(a);
    return failure;
  }
  *array = a;
  return NULL;
}

char *pjrt_array_read(pjrt_array *a, size_t rank, void *data, size_t byteCount) {
  // Without a layout it would come in the device's own.
  enum { MOST = 16 };
  int64_t order[MOST];
  if (rank > MOST) return said("an array of more than 16 axes");
  for (size_t k = 0; k < rank; k++) order[k] = (int64_t)(rank - 1 - k);
  ARGUMENTS(PJRT_Buffer_MemoryLayout, layout);
  layout.type = PJRT_Buffer_MemoryLayout_Type_Tiled;
  layout.tiled.struct_size = PJRT_Buffer_MemoryLayout_Tiled_STRUCT_SIZE;
  layout.tiled.minor_to_major = order;
  layout.tiled.minor_to_major_size = rank;
  ARGUMENTS(PJRT_Buffer_ToHostBuffer_Args, read);
  read.host_layout = &layout;
  read.src = a->buffer;
  read.dst = data;
  read.dst_size = byteCount;
  char *failure = message(a->owner->api, a->owner->api->PJRT_Buffer_ToHostBuffer(&read));
  return failure ? failure : awaited(a->owner->api, read.event);
}

void pjrt_array_free(pjrt_array *a) {
  if (!a) return;
  ARGUMENTS(PJRT_Buffer_Destroy_Args, destroy);
  destroy.buffer = a->buffer;
  free(message(a->owner->api, a->owner->api->PJRT_Buffer_Destroy(&destroy)));
  free(a);
}

char *pjrt_run(pjrt_program *p, pjrt_array *const *arguments, size_t count, pjrt_array **results) {
  const PJRT_Api *api = p->owner->api;
  PJRT_Buffer **in = calloc(count + 1, sizeof *in), **out = calloc(p->results + 1, sizeof *out);
  char *failure = in && out ? NULL : said("no memory");
  if (!failure) {
    for (size_t k = 0; k < count; k++) in[k] = arguments[k]->buffer;
    PJRT_Buffer *const *inLists[1] = {in};
    PJRT_Buffer **outLists[1] = {out};
    ARGUMENTS(PJRT_ExecuteOptions, options);
    ARGUMENTS(PJRT_LoadedExecutable_Execute_Args, execute);
    execute.executable = p->executable;
    execute.options = &options;
    execute.argument_lists = (PJRT_Buffer *const *const *)inLists;
    execute.num_devices = 1;
    execute.num_args = count;
    execute.output_lists = (PJRT_Buffer **const *)outLists;
    failure = message(api, api->PJRT_LoadedExecutable_Execute(&execute));
  }
  for (size_t k = 0; !failure && k < p->results; k++) {
    results[k] = out[k] ? wrapped(p->owner, out[k]) : NULL;
    if (!results[k]) failure = said(out[k] ? "no memory" : "the plugin gave no array for a result");
  }
  free(in), free(out);
  return failure;
}
