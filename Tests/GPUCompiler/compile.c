// Asks a PJRT plugin's compiler for a device that is not there: compile PLUGIN TARGET MODULE.mlir ...
// A line a module: its file, "accepted" with seconds, bytes of arguments, of which given away, and of temporary memory; or "refused" and
// why. TARGET is a GpuTargetConfigProto as text. Source: pjrt_c_api.h.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../Sources/CPJRT/pjrt_c_api.h"

#define ARGUMENTS(type, name) \
  type name;                  \
  memset(&name, 0, sizeof name); \
  name.struct_size = type##_STRUCT_SIZE

static const PJRT_Api *api;

static char *contents(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) perror(path), exit(2);
  fseek(file, 0, SEEK_END);
  *length = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(*length + 1);
  if (!text || fread(text, 1, *length, file) != *length) perror(path), exit(2);
  text[*length] = 0;
  fclose(file);
  return text;
}

/// Whether it failed; its message's first line goes to `text`.
static int failed(PJRT_Error *error, char text[300]) {
  if (!error) return 0;
  ARGUMENTS(PJRT_Error_Message_Args, m);
  m.error = error;
  api->PJRT_Error_Message(&m);
  snprintf(text, 300, "%.*s", (int)(m.message_size < 299 ? m.message_size : 299), m.message);
  text[strcspn(text, "\n")] = 0;
  ARGUMENTS(PJRT_Error_Destroy_Args, d);
  d.error = error;
  api->PJRT_Error_Destroy(&d);
  return 1;
}

int main(int count, char **words) {
  if (count < 4) return fprintf(stderr, "compile PLUGIN TARGET MODULE.mlir ...\n"), 2;
  void *library = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 2;
  api = ((const PJRT_Api *(*)(void))dlsym(library, "GetPjrtApi"))();
  char text[300];
  ARGUMENTS(PJRT_Plugin_Initialize_Args, initialize);
  if (failed(api->PJRT_Plugin_Initialize(&initialize), text)) return fprintf(stderr, "%s\n", text), 2;
  size_t targetLength;
  char *target = contents(words[2], &targetLength);
  PJRT_NamedValue options[2];
  memset(options, 0, sizeof options);
  const char *names[2] = {"topology", "target_config"}, *values[2] = {"1x1x1", target};
  for (int k = 0; k < 2; k++) {
    options[k].struct_size = PJRT_NamedValue_STRUCT_SIZE;
    options[k].name = names[k];
    options[k].name_size = strlen(names[k]);
    options[k].type = PJRT_NamedValue_kString;
    options[k].string_value = values[k];
    options[k].value_size = strlen(values[k]);
  }
  ARGUMENTS(PJRT_TopologyDescription_Create_Args, create);
  create.topology_name = "card";
  create.topology_name_size = 4;
  create.create_options = options;
  create.num_options = 2;
  if (failed(api->PJRT_TopologyDescription_Create(&create), text)) return fprintf(stderr, "%s\n", text), 2;
  // One replica, one partition.
  static const char build[] = {0x1A, 4, 0x20, 1, 0x28, 1};
  int refused = 0;
  for (int k = 3; k < count; k++) {
    size_t length;
    char *module = contents(words[k], &length);
    ARGUMENTS(PJRT_Program, program);
    program.code = module;
    program.code_size = length;
    program.format = "mlir";
    program.format_size = 4;
    ARGUMENTS(PJRT_Compile_Args, compile);
    compile.topology = create.topology;
    compile.program = &program;
    compile.compile_options = build;
    compile.compile_options_size = sizeof build;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    int isRefused = failed(api->PJRT_Compile(&compile), text);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (isRefused) {
      printf("%s refused %s\n", words[k], text);
      refused++;
    } else {
      ARGUMENTS(PJRT_Executable_GetCompiledMemoryStats_Args, memory);
      memory.executable = compile.executable;
      char why[300];
      if (failed(api->PJRT_Executable_GetCompiledMemoryStats(&memory), why)) memset(&memory, 0, sizeof memory);
      double seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
      printf("%s accepted %.2f %lld %lld %lld\n", words[k], seconds, (long long)memory.argument_size_in_bytes,
             (long long)memory.alias_size_in_bytes, (long long)memory.temp_size_in_bytes);
    }
    fflush(stdout);
    free(module);
  }
  return refused ? 1 : 0;
}
