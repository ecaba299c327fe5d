/** When this thread made its first record, in ms since 1970; Infinity before that. Every worker thread has one of its own. */
export const madeClock = { firstMadeAtMs: Infinity }

/** A clock that all threads of a process read alike, finer than Date.now(). */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

/** `make` for record numbers from `first`; notes the time of the thread's first record. */
export function timed<T>(first: number, make: (n: number) => T): (row: number) => T {
  return (row) => {
    if (madeClock.firstMadeAtMs === Infinity) madeClock.firstMadeAtMs = nowMs()
    return make(first + row)
  }
}
