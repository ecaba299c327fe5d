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
  /** Is told of records that are visible no more. */
  onTakeBack: (sink: string, records: readonly unknown[]) => void = () => {}
  /** A checkpoint was damaged: a run may begin before what was committed. */
  mayTakeBack = false
  readonly #prepared = new Map<string, PreparedFile>()
  /** Files that are visible, in the order of their commits. */
  readonly #done: DoneFiles = new Map()

  /** A sink of this name writes here, though perhaps no record. */
  declare(sink: string): void {
    if (!this.committed.has(sink)) this.committed.set(sink, [])
  }

  /** What a process does with them, until it ends. */
  open(): OutputSession {
    return new OutputSession(this.#prepared, this.#done, {
      committed: (sink, records) => {
        this.declare(sink)
        this.committed.get(sink)!.push(...records)
        this.onCommit(sink, records)
      },
      tookBack: (sink, records) => {
        if (!this.mayTakeBack) throw new Error(`What "${sink}" has committed is newer than the checkpoint that the run begins with`)
        this.committed.set(
          sink,
          [...this.#done.values()].filter((file) => file.sink === sink).flatMap((file) => file.records),
        )
        this.onTakeBack(sink, records)
      },
    })
  }

  /** The machine has crashed: of what was not synced, a part is left, or nothing. */
  crash(chance: Prng): void {
    for (const file of this.#prepared.values()) file.records.length = file.synced + chance.nextInt(file.records.length - file.synced + 1)
  }
}

type DoneFiles = Map<string, { readonly sink: string; readonly records: readonly unknown[] }>

interface OutputWatch {
  committed(sink: string, records: readonly unknown[]): void
  tookBack(sink: string, records: readonly unknown[]): void
}

/** One process's access: once it has ended, it changes nothing. */
export class OutputSession {
  readonly #prepared: Map<string, PreparedFile>
  readonly #done: DoneFiles
  readonly #watch: OutputWatch
  #closed = false

  constructor(prepared: Map<string, PreparedFile>, done: DoneFiles, watch: OutputWatch) {
    this.#prepared = prepared
    this.#done = done
    this.#watch = watch
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
    this.#done.set(file, { sink, records: prepared!.records })
    this.#watch.committed(sink, prepared!.records)
  }

  /** Makes files invisible that the checkpoint of the run does not know yet. */
  takeBack(isNewer: (file: string) => boolean): void {
    if (this.#closed) return
    for (const [file, { sink, records }] of this.#done) {
      if (!isNewer(file)) continue
      this.#done.delete(file)
      this.#watch.tookBack(sink, records)
    }
  }

  /** Removes files that are prepared, and known to no checkpoint. */
  removeExcept(isMine: (file: string) => boolean, known: ReadonlySet<string>): void {
    if (this.#closed) return
    for (const file of this.#prepared.keys()) if (isMine(file) && !known.has(file)) this.#prepared.delete(file)
  }
}
