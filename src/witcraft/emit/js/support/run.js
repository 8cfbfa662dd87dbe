/** Runs a generator that yields what may be promises: without any of them it is done at once. */
export function runSteps(steps, given) {
  for (;;) {
    const { done, value } = steps.next(given);
    if (done) return value;
    if (typeof value?.then === 'function') return value.then((next) => runSteps(steps, next));
    given = value;
  }
}
