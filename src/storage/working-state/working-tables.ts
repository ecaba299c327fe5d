import type { MessagePort } from 'node:worker_threads'
import type { Chunk } from '../../checkpoint/manifest.ts'
import { describeError } from '../../core/failure.ts'
import { WORKING_SLICE_MS } from '../../limits.ts'
import { type StorageHandshake, beginWriting, endWriting, undisturbed } from '../handshake.ts'
import type { StoreMessage } from '../protocol.ts'
import type { WorkingRow } from '../../state/working/working-chunks.ts'
import { expandSnapshot } from './expand-snapshot.ts'
import { type FrozenTables, WorkingDatabase } from './working-database.ts'
import type { WorkingAnswer, WorkingMessage } from './working-protocol.ts'

/** By table. */
type ExpiredRows = Map<number, WorkingRow[]>

/** The row is valid for a moment only. */
function keep(expired: ExpiredRows, table: number, { key, value }: WorkingRow): void {
  const rows = expired.get(table) ?? expired.set(table, []).get(table)!
  rows.push({ key: Buffer.from(key), value: Buffer.from(value) })
}

/** Working state on the storage thread: serves the workers of the current attempt, and makes the chunks of their snapshots. */
export class WorkingTables {
  readonly #database: WorkingDatabase
  readonly #handshake: StorageHandshake
  #attempt = 0
  /** Why the database is of no use in this attempt any more. */
  #failure: Error | null = null

  constructor(folder: string, handshake: StorageHandshake) {
    this.#handshake = handshake
    this.#database = new WorkingDatabase(folder)
  }

  startAttempt(attempt: number): void {
    if (attempt <= this.#attempt) return
    this.#attempt = attempt
    this.#failure = null
    this.#closing(() => this.#database.clear())
  }

  receive(port: MessagePort, message: WorkingMessage): void {
    this.startAttempt(message.attempt)
    if (message.attempt !== this.#attempt) return
    if (message.type === 'working-write') return this.#write(message)
    const answer = this.#answer(message)
    port.postMessage(answer, [answer.rows.buffer as ArrayBuffer])
  }

  /**
   * A snapshot with the chunks of its working state, as that is now: made in slices, between which other work goes on. Null when the attempt is over by then. Rows that have
   * expired are met on the way, and removed: nobody needs to look for them.
   *
   * @throws MillraceError MR_WORKING_STATE_FAILED, MR_CHECKPOINT_FAILED
   */
  async expand(message: StoreMessage): Promise<StoreMessage | null> {
    this.startAttempt(message.attempt)
    if (this.#failure !== null) throw this.#failure
    const rows = undisturbed(this.#handshake, () => this.#database.freeze())
    try {
      const chunks: Chunk[] = []
      const expired: ExpiredRows = new Map()
      const all = expandSnapshot(
        message.checkpoint,
        message.chunks,
        (table) => rows.table(table),
        (table, row) => keep(expired, table, row),
      )
      while (!this.#slice(all, chunks, expired)) {
        await new Promise((resolve) => setImmediate(resolve))
        if (message.attempt !== this.#attempt) return null
      }
      return { ...message, chunks }
    } finally {
      this.#release(rows)
    }
  }

  /** A checkpoint is on disk: later ones hold what has changed since. */
  completed(checkpoint: number): void {
    this.#database.completed(checkpoint)
  }

  close(): void {
    this.#attempt = Infinity
    this.#closing(() => this.#database.close())
  }

  /** True when all are there. */
  #slice(all: Iterator<Chunk>, chunks: Chunk[], expired: ExpiredRows): boolean {
    return undisturbed(this.#handshake, () => {
      const done = this.#take(all, chunks)
      for (const [table, rows] of expired) this.#database.removeUnchanged(table, rows)
      expired.clear()
      return done
    })
  }

  #take(all: Iterator<Chunk>, chunks: Chunk[]): boolean {
    for (const untilMs = performance.now() + WORKING_SLICE_MS; performance.now() < untilMs;) {
      const { done, value } = all.next()
      if (done === true) return true
      chunks.push(value as Chunk)
    }
    return false
  }

  #release(rows: FrozenTables): void {
    this.#closing(() => rows.done())
  }

  /** At the end of the process things are left as they are. */
  #closing(work: () => void): void {
    if (!beginWriting(this.#handshake)) return
    try {
      work()
    } finally {
      endWriting(this.#handshake)
    }
  }

  /** What went wrong is told with the next answer, or snapshot. */
  #write({ table, rows }: WorkingMessage & { type: 'working-write' }): void {
    if (this.#failure !== null) return
    try {
      undisturbed(this.#handshake, () => this.#database.write(table, rows))
    } catch (error) {
      this.#failure = error as Error
    }
  }

  #answer({ table, request, keys }: WorkingMessage & { type: 'working-ask' }): WorkingAnswer {
    try {
      if (this.#failure !== null) throw this.#failure
      const rows = undisturbed(this.#handshake, () => this.#database.answer(table, keys))
      return { type: 'working-rows', request, rows, failure: null }
    } catch (error) {
      return { type: 'working-rows', request, rows: new Uint8Array(0), failure: describeError(error, { kind: 'storage' }) }
    }
  }
}
