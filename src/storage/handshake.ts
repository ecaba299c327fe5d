/**
 * Ends writing before the process ends. `process.exit` while a thread writes LMDB may hang, so in `process.on('exit')` the app
 * thread asks for quiet and waits: one word in shared memory, no event loop needed on either side.
 *
 * ```
 *  bit 0  WRITING  the storage thread is inside a transaction, or loads the database
 *  bit 1  STOP     no transaction may begin any more (never cleared)
 * ```
 */
import { MillraceError } from '../errors.ts'
import { STORAGE_QUIET_TIMEOUT_MS } from '../limits.ts'

const WRITING = 1
const STOP = 2

/** Shared between the app thread and the storage thread. */
export type StorageHandshake = SharedArrayBuffer

export function createHandshake(): StorageHandshake {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
}

/** Storage thread: false if writing is over for good. */
export function beginWriting(handshake: StorageHandshake): boolean {
  return Atomics.compareExchange(new Int32Array(handshake), 0, 0, WRITING) === 0
}

/** Storage thread: to be called in a finally block. */
export function endWriting(handshake: StorageHandshake): void {
  const word = new Int32Array(handshake)
  Atomics.and(word, 0, ~WRITING)
  Atomics.notify(word, 0)
}

/** Storage thread: runs what enters LMDB: the end of the process waits for it, and it does not begin any more once the process is about to end. */
export function undisturbed<T>(handshake: StorageHandshake, work: () => T): T {
  if (!beginWriting(handshake)) throw new MillraceError('MR_CHECKPOINT_FAILED', 'The process is about to end: nothing is written any more.')
  try {
    return work()
  } finally {
    endWriting(handshake)
  }
}

/**
 * App thread, last thing before the process ends: forbids further transactions and waits for the current one.
 *
 * @returns true if nothing is being written any more, false if the time ran out
 */
export function awaitStorageQuiet(handshake: StorageHandshake, timeoutMs: number = STORAGE_QUIET_TIMEOUT_MS): boolean {
  const word = new Int32Array(handshake)
  const deadline = performance.now() + timeoutMs
  let seen = Atomics.or(word, 0, STOP) | STOP
  while (seen & WRITING) {
    const leftMs = deadline - performance.now()
    if (leftMs <= 0) return false
    Atomics.wait(word, 0, seen, leftMs)
    seen = Atomics.load(word, 0)
  }
  return true
}
