/** Orders to the job of the faults: what shall happen, where, and after how many calls there. In shared memory, so that they reach every thread at once. */
export const WHATS = ['nothing', 'throw', 'exit', 'heap', 'loop', 'stall', 'kill'] as const
export type What = (typeof WHATS)[number]

/** `storing`: behind a snapshot, while its chunks are on their way. `committed`: behind the sinks' commit. */
export const WHERES = ['process', 'snapshot', 'storing', 'complete', 'committed', 'restore', 'open'] as const
export type Where = (typeof WHERES)[number]

const [WHAT, WHERE, LEFT, DONE] = [0, 1, 2, 3]
export const ORDERS_BYTES = 16
/** How long a sink stands still. */
const STALL_MS = 1_500

export function order(buffer: SharedArrayBuffer, what: What, where: Where, calls: number): void {
  const words = new Int32Array(buffer)
  Atomics.store(words, WHERE, WHERES.indexOf(where))
  Atomics.store(words, LEFT, calls)
  Atomics.store(words, WHAT, WHATS.indexOf(what))
}

/** Orders that were carried out. */
export function carriedOut(buffer: SharedArrayBuffer): number {
  return Atomics.load(new Int32Array(buffer), DONE)
}

/** Called at each of the places, on any thread. One thread claims an order. */
export function obey(words: Int32Array, where: Where): void {
  const what = words[WHAT]!
  if (what === 0 || WHERES[words[WHERE]!] !== where || Atomics.sub(words, LEFT, 1) > 1) return
  if (Atomics.compareExchange(words, WHAT, what, 0) !== what) return
  Atomics.add(words, DONE, 1)
  carryOut(WHATS[what]!)
}

function carryOut(what: What): void {
  switch (what) {
    case 'throw':
      throw new Error('planned failure')
    case 'exit':
      return process.exit(9)
    case 'heap':
      for (const hoard: unknown[] = []; ;) hoard.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
    case 'loop':
      for (;;);
    case 'stall':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS)
      return
    case 'kill':
      process.kill(process.pid, 'SIGKILL')
      // The signal may take a moment, in which nothing may go on.
      for (;;);
    case 'nothing':
  }
}
