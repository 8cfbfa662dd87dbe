// The canonical ABI as C: what a bindings generator would write, by hand.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(name)))
#define POST(name) EXPORT("cabi_post_" name)
#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))

#define AUDIT "guest:ledger/audit@1.2.0"
#define ACCOUNTS "guest:ledger/accounts@1.2.0"
#define TROUBLE "guest:ledger/trouble@1.2.0"

typedef struct { char *at; size_t size; } text;
typedef struct { void *at; size_t size; } list;
typedef struct { text memo; int64_t amount; list tags; } entry;

enum { CLOSED, SHORT, UNKNOWN };
typedef struct { uint8_t tag; union { int64_t short_by; text unknown; } of; } failure;
typedef struct { uint8_t is_err; union { int64_t ok; failure err; } of; } balance_or_failure;
typedef struct { uint8_t is_err; union { uint32_t ok; failure err; } of; } count_or_failure;
typedef struct { uint8_t is_err; failure err; } nothing_or_failure;

// Memory that is counted; `drop` of nothing does nothing.
void *take(size_t size);
void drop(void *piece);
uint32_t pieces(void);

IMPORT(AUDIT, "note") void audit_note(const char *line, size_t size);
IMPORT(AUDIT, "lookup") void audit_lookup(const char *book, size_t size, void *found);

IMPORT("[export]" ACCOUNTS, "[resource-new]account") int32_t account_handle(void *account);
IMPORT("[export]" ACCOUNTS, "[resource-rep]account") void *account_of(int32_t handle);
IMPORT("[export]" ACCOUNTS, "[resource-drop]account") void account_drop(int32_t handle);

// The moment at which the next call out breaks the rules (see trouble.c).
enum moment { NEVER, REALLOC, POST_RETURN };
void strike(enum moment now);
