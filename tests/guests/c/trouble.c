// The interface `trouble`: what a hostile or broken guest would do.
#include "abi.h"

static enum moment armed = NEVER;

void strike(enum moment now) {
  if (armed != now) return;
  armed = NEVER;
  audit_note("out of turn", 11);
}

EXPORT(TROUBLE "#arm") void arm(int32_t when) { armed = when; }

EXPORT(TROUBLE "#fuse") text *fuse(char *at, size_t size) {
  static text result;
  result = (text){at, size};
  return &result;
}

POST(TROUBLE "#fuse") void fused(text *result) {
  strike(POST_RETURN);
  drop(result->at);
}

EXPORT(TROUBLE "#trap") void trap(void) { __builtin_trap(); }

EXPORT(TROUBLE "#spin") void spin(void) {
  for (volatile uint32_t turns = 0;; turns++) {}
}

// Called through a pointer that may change, so that the compiler makes no loop of it.
EXPORT(TROUBLE "#recurse") uint32_t recurse(uint32_t depth) {
  static uint32_t (*volatile again)(uint32_t) = recurse;
  return depth ? again(depth - 1) + 1 : 0;
}

EXPORT(TROUBLE "#grow") int32_t grow(uint32_t pages) { return __builtin_wasm_memory_grow(0, pages); }

EXPORT(TROUBLE "#amplify") list *amplify(uint32_t count) {
  enum { MEBIBYTE = 1 << 20 };
  list *lists = take(count * sizeof(list)), *result = take(sizeof(list));
  char *bytes = take(MEBIBYTE);
  memset(bytes, 7, MEBIBYTE);
  for (uint32_t i = 0; i < count; i++) lists[i] = (list){bytes, MEBIBYTE};
  *result = (list){lists, count};
  return result;
}

POST(TROUBLE "#amplify") void amplified(list *result) {
  list *lists = result->at;
  if (result->size) drop(lists[0].at);
  drop(lists);
  drop(result);
}

static list *listed(const void *at, size_t size) {
  static list result;
  result = (list){(void *)at, size};
  return &result;
}

EXPORT(TROUBLE "#bad-utf8") list *bad_utf8(void) { return listed("a\xff", 2); }
EXPORT(TROUBLE "#bad-pointer") list *bad_pointer(void) { return listed((void *)0xfffffff0, 8); }
EXPORT(TROUBLE "#bad-length") list *bad_length(void) { return listed((void *)16, 0x7fffffff); }
EXPORT(TROUBLE "#bad-alignment") list *bad_alignment(void) { return listed((void *)17, 2); }
EXPORT(TROUBLE "#bad-product") list *bad_product(void) { return listed((void *)16, 0x20000001); }
EXPORT(TROUBLE "#bad-area") void *bad_area(void) { return (void *)18; }
EXPORT(TROUBLE "#bad-char") uint32_t bad_char(uint32_t code) { return code; }
EXPORT(TROUBLE "#bad-enum") uint32_t bad_enum(void) { return 3; }
EXPORT(TROUBLE "#bad-handle") uint32_t bad_handle(uint32_t handle) { return handle; }
EXPORT(TROUBLE "#bad-drop") void bad_drop(uint32_t handle) { account_drop((int32_t)handle); }

EXPORT(TROUBLE "#bad-case") const void *bad_case(void) {
  static const struct { uint8_t is_err; uint32_t of; } result = {2, 0};
  return &result;
}

EXPORT(TROUBLE "#loose-bool") uint32_t loose_bool(uint32_t bits) { return bits; }
EXPORT(TROUBLE "#loose-u8") uint32_t loose_u8(uint32_t bits) { return bits; }
EXPORT(TROUBLE "#loose-s16") uint32_t loose_s16(uint32_t bits) { return bits; }
EXPORT(TROUBLE "#loose-flags") uint32_t loose_flags(uint32_t bits) { return bits; }
