import { HTTP_KEYS_KEPT } from './limits.ts'
import { comeAgain } from './refused.ts'

/** What a checkpoint keeps. */
export interface RequestLogState {
  /** Records handed to the job. */
  readonly position: number
  /** Keys of requests of which all records are among them. */
  readonly keys: readonly string[]
  /** Of requests that were cut by the checkpoint: how many of their records are. */
  readonly partly: readonly (readonly [key: string, records: number])[]
}

interface Entry {
  readonly key: string | null
  /** Position behind its last record. */
  readonly end: number
  /** Records of it that an earlier life of the job has had. */
  readonly before: number
  readonly begin: number
}

interface Pending {
  readonly end: number
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Which requests came, by their keys, how far their records went, and who waits until they are durable. Positions count records. */
export class RequestLog {
  readonly #acknowledgeMs: number
  #position = 0
  #durable = 0
  #end = 0
  readonly #entries: Entry[] = []
  /** Position behind the last record; oldest first. */
  readonly #keys = new Map<string, number>()
  readonly #partly = new Map<string, number>()
  #snapshots: { readonly id: number; readonly position: number }[] = []
  #pending: Pending[] = []
  #closed = false

  constructor(acknowledgeMs: number) {
    this.#acknowledgeMs = acknowledgeMs
  }

  get position(): number {
    return this.#position
  }

  get isClosed(): boolean {
    return this.#closed
  }

  get isAwaited(): boolean {
    return this.#pending.length > 0
  }

  /** Requests that wait for the job, or for a checkpoint. */
  get size(): number {
    return this.#entries.length + this.#pending.length
  }

  restore({ position, keys, partly }: RequestLogState): void {
    this.#position = position
    this.#durable = position
    this.#end = position
    for (const key of keys) this.#keys.set(key, position)
    for (const [key, records] of partly) this.#partly.set(key, records)
  }

  /** How many of a request's records an earlier one with its key has brought, and where they end; null: none. */
  find(key: string | null, records: number): { readonly end: number; readonly had: number } | null {
    if (key === null) return null
    const end = this.#keys.get(key)
    if (end !== undefined) return { end, had: records }
    const had = this.#partly.get(key)
    return had === undefined ? null : { end: this.#position, had: Math.min(had, records) }
  }

  /** Records that wait from now on, if any; returns the position behind them. */
  add(records: number, key: string | null): number {
    const before = key === null ? 0 : (this.#partly.get(key) ?? 0)
    const begin = this.#end
    this.#end += records
    if (records > 0) this.#entries.push({ key, begin, end: this.#end, before })
    if (key !== null) this.#remember(key, this.#end)
    return this.#end
  }

  /** The job has so many more of them. */
  ran(records: number): void {
    this.#position += records
    while (this.#entries.length > 0 && this.#entries[0]!.end <= this.#position) this.#entries.shift()
  }

  snapshot(checkpointId: number): RequestLogState {
    const position = this.#position
    this.#snapshots.push({ id: checkpointId, position })
    const keys: string[] = []
    for (const [key, end] of this.#keys) if (end <= position) keys.push(key)
    const partly = new Map(this.#partly)
    for (const { key, begin, before } of this.#entries) {
      const had = before + Math.max(0, position - begin)
      // What an earlier life had counts before the first of the others has run, too.
      if (key !== null && had > 0) partly.set(key, had)
    }
    return { position, keys, partly: [...partly] }
  }

  onDurable(checkpointId: number): void {
    for (const { id, position } of this.#snapshots) if (id <= checkpointId) this.#durable = Math.max(this.#durable, position)
    this.#snapshots = this.#snapshots.filter(({ id }) => id > checkpointId || id === 0)
    const done = this.#pending.filter(({ end }) => end <= this.#durable)
    this.#pending = this.#pending.filter(({ end }) => end > this.#durable)
    for (const { resolve } of done) resolve()
  }

  /** Resolves when a complete checkpoint has all records before `end`. Throws Refused 503 when that takes too long, or the attempt is over. */
  async durable(end: number): Promise<void> {
    if (end <= this.#durable) return
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const pending = { end, resolve, reject }
        this.#pending.push(pending)
        timer = setTimeout(() => {
          this.#pending = this.#pending.filter((other) => other !== pending)
          reject(comeAgain(503, 'No checkpoint has these records yet: send them again, best with the same Idempotency-Key'))
        }, this.#acknowledgeMs)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    this.#closed = true
    for (const { reject } of this.#pending) reject(comeAgain(503, 'The job restarts: send these records again'))
    this.#pending = []
  }

  #remember(key: string, end: number): void {
    this.#partly.delete(key)
    this.#keys.set(key, end)
    if (this.#keys.size > HTTP_KEYS_KEPT) this.#keys.delete(this.#keys.keys().next().value!)
  }
}
