import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { describeError } from '../../core/failure.ts'
import type { StorageHandshake } from '../handshake.ts'
import type { StorageToControl, StoreMessage } from '../protocol.ts'
import type { WorkingMessage } from './working-protocol.ts'
import type { WorkingTables } from './working-tables.ts'

const FOLDER = 'working'
/** As expand-snapshot.ts has it. */
const STANDS_FOR_ROWS = /\/working\/\d+$/

/** Working state as the storage thread has it: its code is loaded by the first message of a job that has any. What comes until then waits, in order. */
export class WorkingState {
  readonly #folder: string
  readonly #handshake: StorageHandshake
  readonly #receive: (snapshot: StoreMessage) => void
  readonly #tell: (answer: StorageToControl) => void
  #tables: WorkingTables | null = null
  readonly #early: ((tables: WorkingTables) => void)[] = []
  #attempt = 0
  #closed = false

  /**
   * Removes what an earlier process has left.
   *
   * @param receive gets snapshots with the chunks of their working state
   */
  constructor(
    stateDir: string,
    handshake: StorageHandshake,
    receive: (snapshot: StoreMessage) => void,
    tell: (answer: StorageToControl) => void,
  ) {
    this.#folder = join(stateDir, FOLDER)
    this.#handshake = handshake
    this.#receive = receive
    this.#tell = tell
    rmSync(this.#folder, { recursive: true, force: true })
  }

  startAttempt(attempt: number): void {
    this.#attempt = attempt
    this.#tables?.startAttempt(attempt)
  }

  serve(port: MessagePort, message: WorkingMessage): void {
    this.#use((tables) => tables.receive(port, message))
  }

  /** False for a snapshot without working state, which is not looked after here. */
  expands(message: StoreMessage): boolean {
    if (!message.chunks.some(({ key }) => STANDS_FOR_ROWS.test(key))) return false
    this.#use((tables) => void this.#expand(tables, message))
    return true
  }

  /** A checkpoint is on disk. */
  completed(checkpoint: number): void {
    this.#tables?.completed(checkpoint)
  }

  close(): void {
    this.#closed = true
    this.#tables?.close()
  }

  #use(work: (tables: WorkingTables) => void): void {
    if (this.#tables !== null) return work(this.#tables)
    this.#early.push(work)
    if (this.#early.length === 1) void this.#load()
  }

  async #load(): Promise<void> {
    const { WorkingTables } = await import('./working-tables.ts')
    if (this.#closed) return
    this.#tables = new WorkingTables(this.#folder, this.#handshake)
    this.#tables.startAttempt(this.#attempt)
    for (const work of this.#early.splice(0)) work(this.#tables)
  }

  async #expand(tables: WorkingTables, message: StoreMessage): Promise<void> {
    try {
      const whole = await tables.expand(message)
      if (whole !== null) this.#receive(whole)
    } catch (error) {
      const { task, index, attempt, checkpoint } = message
      this.#tell({ type: 'declined', task, index, attempt, checkpoint, failure: describeError(error, { kind: 'storage', attempt }) })
    }
  }
}
