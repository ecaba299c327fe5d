/** Milliseconds' worth of records that are given at a time. */
const SLICE_MS = 10

/**
 * Slows records down, so that a year does not pass in two seconds.
 *
 * @param perSecond records a second from now on
 * @param skip records at the beginning that are given at once: a restarted job has processed them
 */
export async function* pace<T>(records: Iterable<T>, perSecond: number, skip = 0): AsyncGenerator<T, void, undefined> {
  const started = performance.now()
  let count = 0
  let due = skip
  for (const record of records) {
    while (count >= due) {
      due = skip + ((performance.now() - started) * perSecond) / 1000
      if (count >= due) await new Promise((resolve) => setTimeout(resolve, SLICE_MS))
    }
    count++
    yield record
  }
}
