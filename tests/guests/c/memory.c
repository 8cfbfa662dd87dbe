// The allocator that the host calls, and a count of what is in use.
#include "abi.h"

static uint32_t in_use;

void *take(size_t size) {
  in_use += 1;
  return malloc(size ? size : 1);
}

void drop(void *piece) {
  if (!piece) return;
  in_use -= 1;
  free(piece);
}

uint32_t pieces(void) { return in_use; }

EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  (void)align;  // at most 8, and malloc gives 16
  strike(REALLOC);
  if (!old) return take(size);
  return realloc(old, size ? size : 1);
}
