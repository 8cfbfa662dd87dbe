// An everyday program in C; the first argument says what to do. Those in Python and JavaScript print the same lines.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Of sockets.c.
int connect_to(const char *host, const char *port);
int attempts(const char *host, const char *port);

static const char *top;
static const char text[] = "a line of text, and another word\n";

// `top`/`name`, in one of a few places, so that a call can take two.
static const char *in(const char *name) {
  static char places[4][4096];
  static unsigned turn;
  char *place = places[turn++ % 4];
  snprintf(place, sizeof places[0], "%s/%s", top, name);
  return place;
}

static const char *error_name(void) {
  switch (errno) {
    case EACCES: return "EACCES";
    case EEXIST: return "EEXIST";
    case EISDIR: return "EISDIR";
    case ELOOP: return "ELOOP";
    case ENOENT: return "ENOENT";
    case ENOTDIR: return "ENOTDIR";
    case ENOTEMPTY: return "ENOTEMPTY";
    case EPERM: return "EPERM";
    case EROFS: return "EROFS";
    default: return strerror(errno);
  }
}

static void attempt(const char *title, const char *name, int result) {
  printf("%s%s%s %s\n", title, *name ? " " : "", name, result < 0 ? error_name() : "ok");
}

static const char *yes(int truth) { return truth ? "yes" : "no"; }

static void need(int truth, const char *what) {
  if (truth) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static void put(const char *name, const char *mode, const char *content) {
  FILE *file = fopen(in(name), mode);
  need(file != NULL, name);
  need(fputs(content, file) >= 0 && fclose(file) == 0, name);
}

static struct stat look(const char *name) {
  struct stat found;
  need(stat(in(name), &found) == 0, name);
  return found;
}

// ---- files ---------------------------------------------------------------------------------------------------------

static void write_and_read(void) {
  char content[100];
  put("notes.txt", "w", text);
  put("notes.txt", "a", "appended\n");
  printf("size %lld\n", (long long)look("notes.txt").st_size);
  FILE *file = fopen(in("notes.txt"), "r+");
  need(file && fseek(file, strlen(text), SEEK_SET) == 0 && fscanf(file, "%99s\n", content) == 1, "read");
  printf("read %s to %ld\n", content, ftell(file));
  rewind(file);
  need(fputs("A", file) >= 0 && fflush(file) == 0 && ftruncate(fileno(file), 6) == 0, "write");
  rewind(file);
  need(fgets(content, sizeof content, file) && fclose(file) == 0, "read again");
  printf("kept %s\n", content);
  attempt("create what is there", "", open(in("notes.txt"), O_CREAT | O_EXCL | O_WRONLY, 0666));
  attempt("open what is not", "", open(in("nothing"), O_RDONLY));
  attempt("below a file", "", open(in("notes.txt/below"), O_RDONLY));
}

static uint32_t adler32(const uint8_t *data, size_t size) {
  uint32_t a = 1, b = 0;
  for (size_t i = 0; i < size; i++) a = (a + data[i]) % 65521, b = (b + a) % 65521;
  return b << 16 | a;
}

static void big_file(void) {
  enum { size = 300000 };
  static uint8_t data[size], again[size + 1];
  for (int i = 0; i < size; i++) data[i] = i * 7 % 251;
  int file = open(in("big"), O_CREAT | O_RDWR | O_TRUNC, 0666);
  need(file >= 0, "big");
  for (int at = 0; at < size; at += 1000) need(write(file, data + at, 1000) == 1000, "write big");
  need(lseek(file, 0, SEEK_SET) == 0, "seek");
  size_t got = 0;
  for (ssize_t n; (n = read(file, again + got, sizeof again - got)) > 0;) got += n;
  printf("big %zu %08x\n", got, adler32(again, got));
  printf("pieces");
  static const off_t places[] = {0, 1000, 299998, 300000};
  for (int i = 0; i < 4; i++) {
    uint8_t piece[3];
    ssize_t n = pread(file, piece, sizeof piece, places[i]);
    printf(n > 0 ? " " : " -");
    for (ssize_t k = 0; k < n; k++) printf("%02x", piece[k]);
  }
  printf("\n");
  close(file);
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

// The entries of a folder in order, those that are folders with a slash; how many, or -1.
static int list(const char *name, char *entries[10]) {
  DIR *folder = opendir(in(name));
  if (!folder) return -1;
  int count = 0;
  for (struct dirent *entry; count < 10 && (entry = readdir(folder));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    need(asprintf(&entries[count++], "%s%s", entry->d_name, entry->d_type == DT_DIR ? "/" : "") > 0, "memory");
  }
  qsort(entries, count, sizeof *entries, by_text);
  return closedir(folder) ? -1 : count;
}

static void folders(void) {
  need(mkdir(in("folder"), 0777) == 0 && mkdir(in("folder/inner"), 0777) == 0, "mkdir");
  put("folder/b", "w", "b"), put("folder/a", "w", "a"), put("folder/c", "w", "c");
  attempt("make what is there", "", mkdir(in("folder"), 0777));
  attempt("remove a full folder", "", rmdir(in("folder")));
  attempt("write to a folder", "", open(in("folder"), O_WRONLY));
  char *entries[10];
  int count = list("folder", entries);
  printf("list");
  for (int i = 0; i < count; i++) printf(" %s", entries[i]);
  need(rename(in("folder/a"), in("folder/inner/z")) == 0, "rename");
  printf("\nmoved %s", yes(access(in("folder/a"), F_OK) == 0));
  printf(" %s\n", yes(access(in("folder/inner/z"), F_OK) == 0));
}

static void links(void) {
  char target[100] = "", content[100] = "";
  struct stat soft;
  need(link(in("notes.txt"), in("hard")) == 0 && symlink("folder/b", in("soft")) == 0, "link");
  printf("hard %d %s\n", (int)look("hard").st_nlink, yes(look("hard").st_ino == look("notes.txt").st_ino));
  FILE *file = fopen(in("soft"), "r");
  need(file && fgets(content, sizeof content, file) && fclose(file) == 0, "soft");
  need(readlink(in("soft"), target, sizeof target) > 0 && lstat(in("soft"), &soft) == 0, "readlink");
  printf("soft %s %s %lld\n", target, content, (long long)soft.st_size);
}

static void times(void) {
  struct timespec moments[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1234567890}};
  need(utimensat(AT_FDCWD, in("notes.txt"), moments, 0) == 0, "utimensat");
  struct stat found = look("notes.txt");
  printf("times %lld %lld\n", (long long)found.st_atim.tv_sec, (long long)found.st_mtim.tv_sec);
}

static void clear(void) {
  static const char *const files[] = {"folder/inner/z", "folder/b", "folder/c", "notes.txt", "big", "hard", "soft"};
  for (int i = 0; i < 7; i++) need(unlink(in(files[i])) == 0, files[i]);
  need(rmdir(in("folder/inner")) == 0 && rmdir(in("folder")) == 0, "rmdir");
  char *entries[10];
  printf("left %d\n", list("", entries));
}

static int files(void) {
  write_and_read(), big_file(), folders(), links(), times(), clear();
  return 0;
}

// Every way out of `top` that a path can name; `tests/end_to_end/everyday.py` lays the folder out.
static int escape(void) {
  struct stat found;
  char *entries[10];
  static const char *const read[] = {"../secret", "folder/../../secret", "../../secret", "out/secret", "absolute", "up",
                                     "loop", "dangling"};
  for (int i = 0; i < 8; i++) attempt("read", read[i], open(in(read[i]), O_RDONLY));
  static const char *const create[] = {"../made", "out/made", "up", "dangling"};
  for (int i = 0; i < 4; i++) attempt("create", create[i], open(in(create[i]), O_WRONLY | O_CREAT, 0666));
  for (int i = 0; i < 2; i++) attempt("make", create[i], mkdir(in(create[i]), 0777));
  static const char *const outside[] = {"../secret", "out/secret", "up"};
  for (int i = 0; i < 3; i++) attempt("look at", outside[i], stat(in(outside[i]), &found));
  attempt("list", "..", list("..", entries)), attempt("list", "out", list("out", entries));
  for (int i = 0; i < 2; i++) {
    attempt("remove", outside[i], unlink(in(outside[i])));
    attempt("rename", outside[i], rename(in(outside[i]), in("made")));
    attempt("link", outside[i], link(in(outside[i]), in("made")));
  }
  for (int i = 0; i < 2; i++) {
    attempt("rename to", create[i], rename(in("plain"), in(create[i])));
    attempt("link to", create[i], link(in("plain"), in(create[i])));
  }
  attempt("link to an absolute path", "", symlink("/etc/passwd", in("made")));
  attempt("link upwards", "", symlink("../secret", in("made")));
  attempt("read through it", "", open(in("made"), O_RDONLY));
  attempt("read", "folder/../plain", open(in("folder/../plain"), O_RDONLY));
  attempt("read", "folder/back/plain", open(in("folder/back/plain"), O_RDONLY));
  return 0;
}

// Everything that would change `top`, which is granted for reading.
static int readonly(void) {
  char content[100] = "";
  struct timespec moments[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
  FILE *file = fopen(in("plain"), "r");
  need(file && fgets(content, sizeof content, file), "plain");
  printf("read %s\n", content);
  attempt("create", "", open(in("made"), O_WRONLY | O_CREAT, 0666));
  attempt("write", "", open(in("plain"), O_WRONLY));
  attempt("truncate", "", open(in("plain"), O_RDWR | O_TRUNC));
  attempt("make", "", mkdir(in("made"), 0777));
  attempt("remove", "", unlink(in("plain")));
  attempt("rename", "", rename(in("plain"), in("made")));
  attempt("link", "", link(in("plain"), in("made")));
  attempt("symlink", "", symlink("plain", in("made")));
  attempt("times", "", utimensat(AT_FDCWD, in("plain"), moments, 0));
  return 0;
}

// ---- the rest of a machine -----------------------------------------------------------------------------------------

extern char **environ;

static int environment(int count, char **arguments) {
  size_t names = 0;
  for (int i = 0; i < count; i++) printf("%s[%s]", i ? " " : "", arguments[i]);
  for (; environ && environ[names]; names++);
  qsort(environ, names, sizeof *environ, by_text);
  for (size_t i = 0; i < names; i++) printf("\n%s", environ[i]);
  printf("\n");
  return 0;
}

static int clocks(void) {
  struct timespec wall, before, after, pause = {.tv_nsec = 20000000};
  clock_gettime(CLOCK_REALTIME, &wall), clock_gettime(CLOCK_MONOTONIC, &before);
  need(nanosleep(&pause, NULL) == 0, "nanosleep");
  clock_gettime(CLOCK_MONOTONIC, &after);
  int64_t slept = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
  printf("wall %lld slept %s\n", (long long)wall.tv_sec, yes(slept >= pause.tv_nsec));
  return 0;
}

static int randoms(void) {
  uint8_t few[16], many[10000], seen[256] = {0};
  int different = 0;
  uint64_t number;
  need(getentropy(few, sizeof few) == 0 && getentropy(&number, sizeof number) == 0, "getentropy");
  for (size_t i = 0; i < sizeof many; i += 200) need(getentropy(many + i, 200) == 0, "getentropy");
  for (size_t i = 0; i < sizeof few; i++) printf("%02x", few[i]);
  for (size_t i = 0; i < sizeof many; i++) different += !seen[many[i]]++;
  printf(" %s %d\n", yes(number != 0), different);
  return 0;
}

static int upper(void) {
  int count = 0, last = '\n';
  for (int c; (c = getchar()) != EOF; last = c) {
    count += last == '\n';
    putchar(c >= 'a' && c <= 'z' ? c - 32 : c);
  }
  fprintf(stderr, "%d\n", count);
  return 0;
}

// What no language of the others can do: several descriptors and a timer at once.
static int wait_for_input(void) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  int found = poll(&input, 1, 5000);
  printf("poll %d %s\n", found, yes(input.revents & POLLIN));
  return 0;
}

static int seconds(const char *time) {
  struct timespec pause = {.tv_sec = atoi(time)};
  printf("sleeping\n"), fflush(stdout);
  return nanosleep(&pause, NULL);
}

static int spin(void) {
  printf("spinning\n"), fflush(stdout);
  for (volatile int n = 0;; n++);
}

static int fail(void) {
  printf("failing\n"), fflush(stdout);
  __builtin_trap();
}

static int leave(const char *code) {
  printf("leaving\n");
  exit(atoi(code));
}

int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "";
  top = count > 2 ? arguments[2] : "";
  if (!strcmp(name, "files")) return files();
  if (!strcmp(name, "escape")) return escape();
  if (!strcmp(name, "readonly")) return readonly();
  if (!strcmp(name, "environment")) return environment(count - 2, arguments + 2);
  if (!strcmp(name, "clocks")) return clocks();
  if (!strcmp(name, "random")) return randoms();
  if (!strcmp(name, "upper")) return upper();
  if (!strcmp(name, "poll")) return wait_for_input();
  if (!strcmp(name, "sleep")) return seconds(top);
  if (!strcmp(name, "spin")) return spin();
  if (!strcmp(name, "fail")) return fail();
  if (!strcmp(name, "exit")) return leave(top);
  if (!strcmp(name, "connect") && count > 3) return connect_to(top, arguments[3]);
  if (!strcmp(name, "attempts") && count > 3) return attempts(top, arguments[3]);
  fprintf(stderr, "what is %s?\n", name);
  return 2;
}
