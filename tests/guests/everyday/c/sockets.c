// A TCP client. The C library has no sockets in WASI's preview 1, so this calls WASI 0.2 itself: functions by their names
// in the canonical ABI, as bindings for C would.
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WASI "wasi:"
#define IMPORT(interface, name) __attribute__((import_module(WASI interface "@0.2.12"), import_name(name)))
#define METHOD "[method]tcp-socket."

enum { IPV4 = 0, ACCESS_DENIED = 1, WOULD_BLOCK = 8, CONNECTION_REFUSED = 14 };
enum { SIZE = 200002, PIECE = 4096 };

// What a result leaves in memory. Its payload stands in `code`, or in `words` where one of the two is aligned to four.
struct result {
  uint8_t failed, code, padding[2];
  uint32_t words[2];
};

IMPORT("sockets/instance-network", "instance-network") int32_t instance_network(void);
IMPORT("sockets/network", "[resource-drop]network") void drop_network(int32_t);
IMPORT("sockets/tcp-create-socket", "create-tcp-socket") void create_tcp_socket(int32_t family, struct result *);
IMPORT("sockets/tcp", METHOD "start-connect")
void start_connect(int32_t socket, int32_t network, int32_t case_, int32_t port, int32_t a, int32_t b, int32_t c,
                   int32_t d, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, struct result *);
IMPORT("sockets/tcp", METHOD "finish-connect") void finish_connect(int32_t socket, struct result *);
IMPORT("sockets/tcp", METHOD "remote-address") void remote_address(int32_t socket, void *);
IMPORT("sockets/tcp", METHOD "subscribe") int32_t subscribe(int32_t socket);
IMPORT("sockets/tcp", METHOD "shutdown") void shut_down(int32_t socket, int32_t how, struct result *);
IMPORT("sockets/tcp", "[resource-drop]tcp-socket") void drop_socket(int32_t);
IMPORT("io/poll", "[method]pollable.block") void block(int32_t pollable);
IMPORT("io/poll", "[resource-drop]pollable") void drop_pollable(int32_t);
IMPORT("io/streams", "[method]output-stream.blocking-write-and-flush")
void write_and_flush(int32_t stream, const char *, int32_t, void *);
IMPORT("io/streams", "[method]input-stream.blocking-read") void blocking_read(int32_t stream, int64_t, struct result *);
IMPORT("io/streams", "[resource-drop]output-stream") void drop_output(int32_t);
IMPORT("io/streams", "[resource-drop]input-stream") void drop_input(int32_t);

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t size, size_t align, size_t wanted) {
  (void)size, (void)align;
  void *place = realloc(old, wanted);
  if (wanted && !place) abort();
  return place;
}

static int stop(const char *what, int code) {
  fprintf(stderr, "%s: error-code %d\n", what, code);
  return 1;
}

// 0, and two streams, input first; or an error-code.
static int connected(int32_t socket, const char *host, const char *port, uint32_t streams[2]) {
  struct result result;
  struct in_addr at;
  if (!inet_aton(host, &at)) return -1;
  const uint8_t *octets = (const uint8_t *)&at;
  int32_t network = instance_network();
  start_connect(socket, network, IPV4, atoi(port), octets[0], octets[1], octets[2], octets[3], 0, 0, 0, 0, 0, 0, &result);
  drop_network(network);
  if (result.failed) return result.code;
  for (;;) {
    finish_connect(socket, &result);
    if (!result.failed) break;
    if ((uint8_t)result.words[0] != WOULD_BLOCK) return (uint8_t)result.words[0];
    int32_t pollable = subscribe(socket);
    block(pollable);
    drop_pollable(pollable);
  }
  memcpy(streams, result.words, sizeof result.words);
  return 0;
}

// 0, or an error-code.
static int new_socket(int32_t *socket) {
  struct result result;
  create_tcp_socket(IPV4, &result);
  *socket = (int32_t)result.words[0];
  return result.failed ? (uint8_t)result.words[0] : 0;
}

// Says a piece and hears the answer, again and again: how many bytes came back, in capitals.
static int talk(const uint32_t streams[2]) {
  static char said[PIECE];
  memset(said, 'x', sizeof said);
  int heard = 0;
  struct result result;
  for (int told = 0; told < SIZE;) {
    int piece = SIZE - told < PIECE ? SIZE - told : PIECE;
    write_and_flush((int32_t)streams[1], said, piece, &result);
    if (result.failed) return -1;
    told += piece;
    while (heard < told) {
      blocking_read((int32_t)streams[0], SIZE, &result);
      if (result.failed) return -1;
      char *data = (char *)result.words[0];
      for (uint32_t i = 0; i < result.words[1]; i++) heard += data[i] == 'X' ? 1 : SIZE;
      free(data);
    }
  }
  return heard;
}

int connect_to(const char *host, const char *port) {
  int32_t socket;
  uint32_t streams[2];
  struct { uint32_t failed; uint32_t case_; uint16_t port; uint8_t octets[4]; uint8_t rest[22]; } peer;
  struct result result;
  int code = new_socket(&socket);
  if (code) return stop("create", code);
  code = connected(socket, host, port, streams);
  if (code) return stop("connect", code);
  remote_address(socket, &peer);
  printf("peer %s\n", (uint8_t)peer.failed == 0 && peer.port == atoi(port) ? "yes" : "no");
  int heard = talk(streams);
  shut_down(socket, 1, &result);
  blocking_read((int32_t)streams[0], 1, &result);  // the server is done, too
  int at_end = result.failed && (uint8_t)result.words[0] == 1;
  printf("answer %d %s\n", heard, at_end ? "yes" : "no");
  drop_input((int32_t)streams[0]), drop_output((int32_t)streams[1]), drop_socket(socket);
  return 0;
}

int attempts(const char *host, const char *port) {
  int32_t socket;
  uint32_t streams[2];
  int code = new_socket(&socket);  // some hosts say no here
  if (!code) {
    code = connected(socket, host, port, streams);
    drop_socket(socket);
  }
  printf("connect %s\n", code == ACCESS_DENIED ? "EACCES" : code == CONNECTION_REFUSED ? "ECONNREFUSED" : "other");
  return 0;
}
