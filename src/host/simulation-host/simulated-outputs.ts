import type { Prng } from '../../core/prng.ts'

interface PreparedFile {
  readonly records: unknown[]
  /** So many of them a crash does not take. */
  synced: number
}

/** What sinks of simulated runs write: files that are prepared, and become visible when they are committed. Survives the processes. */
export class SimulatedOutputs {
  /** By sink, in the order of their commits. */
  readonly committed = new Map<string, unknown[]>()
  /** Is told of records that become visible. */
  onCommit: (sink: string, records: readonly unknown[]) => void = () => {}
  readonly #prepared = new Map<string, PreparedFile>()
  readonly #done = new Set<string>()

  /** A sink of this name writes here, though perhaps no record. */
  declare(sink: string): void {
    if (!this.committed.has(sink)) this.committed.set(sink, [])
  }

  /** What a process does with them, until it ends. */
  open(): OutputSession {
    return new OutputSession(this.#prepared, this.#done, (sink, records) => {
      this.declare(sink)
      this.committed.get(sink)!.push(...records)
      this.onCommit(sink, records)
    })
  }

  /** The machine has crashed: of what was not synced, a part is left, or nothing. */
  crash(chance: Prng): void {
    for (const file of this.#prepared.values()) file.records.length = file.synced + chance.nextInt(file.records.length - file.synced + 1)
  }
}

/** One process's access: once it has ended, it changes nothing. */
export class OutputSession {
  readonly #prepared: Map<string, PreparedFile>
  readonly #done: Set<string>
  readonly #commit: (sink: string, records: readonly unknown[]) => void
  #closed = false

  constructor(prepared: Map<string, PreparedFile>, done: Set<string>, commit: (sink: string, records: readonly unknown[]) => void) {
    this.#prepared = prepared
    this.#done = done
    this.#commit = commit
  }

  close(): void {
    this.#closed = true
  }

  append(file: string, records: readonly unknown[]): void {
    if (this.#closed) return
    if (!this.#prepared.has(file)) this.#prepared.set(file, { records: [], synced: 0 })
    this.#prepared.get(file)!.records.push(...structuredClone(records))
  }

  sync(file: string): void {
    const prepared = this.#prepared.get(file)
    if (prepared !== undefined && !this.#closed) prepared.synced = prepared.records.length
  }

  /** Done already is fine. */
  commit(sink: string, file: string, length: number): void {
    if (this.#closed || this.#done.has(file)) return
    const prepared = this.#prepared.get(file)
    const found = prepared?.records.length ?? 0
    if (found !== length) throw new Error(`${file} was to be committed with ${length} records, but has ${found}`)
    this.#prepared.delete(file)
    this.#done.add(file)
    this.#commit(sink, prepared!.records)
  }

  /** Removes files that are prepared, and known to no checkpoint. */
  removeExcept(isMine: (file: string) => boolean, known: ReadonlySet<string>): void {
    if (this.#closed) return
    for (const file of this.#prepared.keys()) if (isMine(file) && !known.has(file)) this.#prepared.delete(file)
  }
}
