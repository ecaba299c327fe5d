/**
 * Brings what nearly ordered items tell into the order of time, without holding more than the items overlap.
 *
 * @param items in an order in which their bounds never go back
 * @param boundOf no record of this item or of a later one happens before this moment
 * @param recordsOf the records of an item, in any order, as late as they like
 * @returns every record once, by `at`; records of equal `at` in the order in which they came
 */
export function* orderByTime<Item, Timed extends { readonly at: number }>(
  items: Iterable<Item>,
  boundOf: (item: Item) => number,
  recordsOf: (item: Item) => readonly Timed[],
): Generator<Timed, void, undefined> {
  let pending: Timed[] = []
  let bound = -Infinity
  for (const item of items) {
    const next = boundOf(item)
    if (next < bound) throw new Error(`items are out of order: a bound of ${next} after ${bound}`)
    if (next > bound) {
      const ready = countBefore(next, pending.sort(byTime))
      for (let i = 0; i < ready; i++) yield pending[i]!
      pending = pending.slice(ready)
      bound = next
    }
    for (const record of recordsOf(item)) {
      if (record.at < bound) throw new Error(`a record at ${record.at} is earlier than its item's bound ${bound}`)
      pending.push(record)
    }
  }
  yield* pending.sort(byTime)
}

const byTime = (a: { readonly at: number }, b: { readonly at: number }): number => a.at - b.at

/** How many of the ordered records happen before `moment`. */
function countBefore(moment: number, ordered: readonly { readonly at: number }[]): number {
  let count = 0
  while (count < ordered.length && ordered[count]!.at < moment) count++
  return count
}
