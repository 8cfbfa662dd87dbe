// What real programs do with files: read in small pieces, write line by line. `streams sum FILE SIZE`, `streams lines
// FILE COUNT`; `-` is standard input or output.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

static int fail(const char *what) { return perror(what), 1; }

// Adds up the bytes of a file, read by pieces of `size`.
static int sum(const char *path, size_t size) {
  int file = strcmp(path, "-") ? open(path, O_RDONLY) : 0;
  uint8_t *piece = malloc(size);
  uint64_t total = 0, bytes = 0;
  ssize_t got;
  if (file < 0 || !piece) return fail(path);
  while ((got = read(file, piece, size)) > 0) {
    bytes += got;
    for (ssize_t i = 0; i < got; i++) total += piece[i];
  }
  if (got < 0) return fail(path);
  printf("%llu %llu\n", (unsigned long long)bytes, (unsigned long long)total);
  return 0;
}

// Writes numbered lines, each as soon as it is whole.
static int lines(const char *path, int count) {
  FILE *file = strcmp(path, "-") ? fopen(path, "w") : stdout;
  if (!file) return fail(path);
  setvbuf(file, NULL, _IOLBF, BUFSIZ);
  for (int i = 0; i < count; i++)
    if (fprintf(file, "line %d of a log\n", i) < 0) return fail(path);
  return fclose(file) ? fail(path) : 0;
}

int main(int count, char **arguments) {
  if (count == 4 && !strcmp(arguments[1], "sum")) return sum(arguments[2], atoi(arguments[3]));
  if (count == 4 && !strcmp(arguments[1], "lines")) return lines(arguments[2], atoi(arguments[3]));
  fprintf(stderr, "usage: streams sum FILE SIZE | streams lines FILE COUNT\n");
  return 2;
}
