// The interface `accounts`: a resource, with lists, records and strings that change their owners.
#include "abi.h"

typedef struct { text owner; list entries; int64_t balance; } account;

static uint32_t live;

static text copy_text(text from) {
  char *at = take(from.size);
  memcpy(at, from.at, from.size);
  return (text){at, from.size};
}

static void drop_entries(list entries) {
  entry *each = entries.at;
  for (size_t i = 0; i < entries.size; i++) {
    text *tags = each[i].tags.at;
    for (size_t j = 0; j < each[i].tags.size; j++) drop(tags[j].at);
    drop(tags);
    drop(each[i].memo.at);
  }
  drop(entries.at);
}

static entry copy_entry(entry from) {
  text *tags = take(from.tags.size * sizeof(text));
  for (size_t i = 0; i < from.tags.size; i++) tags[i] = copy_text(((text *)from.tags.at)[i]);
  return (entry){copy_text(from.memo), from.amount, {tags, from.tags.size}};
}

// Takes the entry over, with all that it points to.
static void append(account *to, entry added) {
  entry *grown = take((to->entries.size + 1) * sizeof(entry));
  if (to->entries.size) memcpy(grown, to->entries.at, to->entries.size * sizeof(entry));
  drop(to->entries.at);
  grown[to->entries.size] = added;
  to->entries = (list){grown, to->entries.size + 1};
  to->balance += added.amount;
}

static void transferred(account *to, int64_t amount, text other) {
  append(to, (entry){copy_text(other), amount, {take(0), 0}});
}

EXPORT(ACCOUNTS "#[constructor]account") int32_t make(char *owner, size_t size) {
  account *made = take(sizeof(account));
  *made = (account){{owner, size}, {NULL, 0}, 0};
  live += 1;
  return account_handle(made);
}

EXPORT(ACCOUNTS "#[dtor]account") void unmake(account *self) {
  drop_entries(self->entries);
  drop(self->owner.at);
  drop(self);
  live -= 1;
}

EXPORT(ACCOUNTS "#[static]account.open") list *open(text *owners, size_t count) {
  int32_t *handles = take(count * sizeof(int32_t));
  for (size_t i = 0; i < count; i++) handles[i] = make(owners[i].at, owners[i].size);
  drop(owners);
  list *result = take(sizeof(list));
  *result = (list){handles, count};
  return result;
}

POST(ACCOUNTS "#[static]account.open") void opened(list *result) {
  drop(result->at);
  drop(result);
}

EXPORT(ACCOUNTS "#[static]account.close") balance_or_failure *close(int32_t handle) {
  static balance_or_failure result;
  account *closed = account_of(handle);
  result = (balance_or_failure){.is_err = closed->entries.size == 0};
  if (result.is_err) result.of.err.tag = CLOSED;
  else result.of.ok = closed->balance;
  account_drop(handle);
  return &result;
}

EXPORT(ACCOUNTS "#[method]account.owner") text *owner(account *self) { return &self->owner; }

EXPORT(ACCOUNTS "#[method]account.add")
int64_t add(account *self, char *memo, size_t size, int64_t amount, void *tags, size_t count) {
  audit_note(memo, size);
  append(self, (entry){{memo, size}, amount, {tags, count}});
  return self->balance;
}

EXPORT(ACCOUNTS "#[method]account.entries") list *entries(account *self) {
  entry *copies = take(self->entries.size * sizeof(entry));
  for (size_t i = 0; i < self->entries.size; i++) copies[i] = copy_entry(((entry *)self->entries.at)[i]);
  list *result = take(sizeof(list));
  *result = (list){copies, self->entries.size};
  return result;
}

POST(ACCOUNTS "#[method]account.entries") void entries_read(list *result) {
  drop_entries(*result);
  drop(result);
}

EXPORT(ACCOUNTS "#[method]account.copy") count_or_failure *copy(account *self, char *book, size_t size) {
  static count_or_failure result;
  struct { uint8_t is_some; list entries; } found;
  audit_lookup(book, size, &found);
  result = (count_or_failure){.is_err = !found.is_some};
  if (result.is_err) {
    result.of.err = (failure){UNKNOWN, {.unknown = {book, size}}};  // dropped by the post-return
    return &result;
  }
  drop(book);
  result.of.ok = found.entries.size;
  for (size_t i = 0; i < found.entries.size; i++) append(self, ((entry *)found.entries.at)[i]);
  drop(found.entries.at);
  return &result;
}

POST(ACCOUNTS "#[method]account.copy") void copied(count_or_failure *result) {
  if (result->is_err) drop(result->of.err.of.unknown.at);
}

EXPORT(ACCOUNTS "#[method]account.transfer")
nothing_or_failure *transfer(account *self, account *to, int64_t amount) {
  static nothing_or_failure result;
  int64_t missing = amount - self->balance;
  result = (nothing_or_failure){.is_err = missing > 0};
  if (result.is_err) {
    result.err = (failure){SHORT, {.short_by = missing}};
  } else {
    transferred(self, -amount, to->owner);
    transferred(to, amount, self->owner);
  }
  return &result;
}

EXPORT(ACCOUNTS "#sum") int64_t sum(entry *each, size_t count) {
  int64_t total = 0;
  for (size_t i = 0; i < count; i++) total += each[i].amount;
  drop_entries((list){each, count});
  return total;
}

EXPORT(ACCOUNTS "#live") uint32_t live_accounts(void) { return live; }

EXPORT(ACCOUNTS "#pieces") uint32_t pieces_in_use(void) { return pieces(); }
