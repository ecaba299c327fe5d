import { unlinkSync } from 'node:fs'
import { pathError } from '../src/actor/path-error.ts'
import { MillraceError } from '../src/errors.ts'
import { SINK_PENDING_FILES_MAX } from '../src/limits.ts'
import { wallMsAt } from '../src/actor/clock.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import { lineFormat } from './line-format.ts'
import { PartFile, type FinishedPart, type PartState } from './part-file.ts'
import { PartFolder } from './part-folder.ts'
import { PartNames, checkFolder } from './part-name.ts'

interface FilesSinkSpec {
  readonly dir: string
  readonly format: 'lines' | 'csv' | 'jsonLines'
  readonly columns?: readonly string[]
  readonly name: string
  readonly roll: { readonly bytes: number; readonly records: number; readonly everyMs: number }
  readonly partition?: (record: unknown) => unknown
  readonly compress?: 'gzip'
  readonly openFilesMax: number
}

interface PendingPart extends FinishedPart {
  /** The checkpoint that holds it first; 0 before there is one. */
  checkpoint: number
}

/** What instance 0 keeps for all. */
interface LineageState {
  readonly lineage: string
  /** By writer, the sequence number behind files of this name that were there before the lineage: of simulated runs, which may have equal lineages. */
  readonly floors: readonly (readonly [number, number])[]
}

interface WriterState {
  /** Whose files these are; missing in checkpoints of release 0.1.0. */
  readonly lineage?: string
  readonly sequence: number
  readonly open: readonly PartState[]
  readonly pending: readonly FinishedPart[]
}

/**
 * Part files of one instance. A file is in progress until it rolls, pending until the checkpoint that holds it is complete, then visible: Flink's
 * FileSink. The state belongs to the writer, whose number is in the file names: as many instances as there are take over those of all writers.
 * The lineage is in the names as well: files of others are left alone, also by a run that began with a savepoint of theirs.
 */
class FilesSink implements OperatorActor {
  readonly #spec: FilesSinkSpec
  readonly #context: OperatorContext
  readonly #names: PartNames
  readonly #folder: PartFolder
  /** By folder; the one that was used longest ago first. */
  readonly #parts = new Map<string, PartFile>()
  #pending: PendingPart[] = []
  /** Next sequence numbers of this writer and of those whose state came here. */
  readonly #sequences = new Map<number, number>()
  #restored: readonly { readonly writer: number; readonly state: WriterState }[] = []
  /** The run goes on from a checkpoint: a file that this does not know of counts no more. */
  #resumes = false
  #floors: ReadonlyMap<number, number> = new Map()
  #newest: PartFile | null = null
  #lastCheckpoint = 0
  #ended = false
  /** Infinity while there is no file. */
  #oldestMs = Infinity

  constructor(spec: FilesSinkSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#names = new PartNames(spec.name, context.lineage, spec.format, spec.compress)
    this.#folder = new PartFolder(spec.dir, this.#names)
  }

  /** When the oldest file is due for its age. */
  get wakeAtMs(): number {
    return wallMsAt(this.#context.clock, this.#oldestMs + this.#spec.roll.everyMs)
  }

  onTime(): void {
    const nowMs = this.#context.clock.monotonicMs()
    for (const part of this.#parts.values()) if (part.sinceMs + this.#spec.roll.everyMs <= nowMs) this.#roll(part)
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { scope, value } of chunks) {
      if (scope !== 'all') continue
      const { lineage, floors } = value as LineageState
      this.#resumes = true
      if (lineage === this.#context.lineage) this.#floors = new Map(floors)
    }
    this.#restored = chunks.filter(({ scope }) => scope === 'split').map(({ id, value }) => ({ writer: id, state: value as WriterState }))
  }

  open(): void {
    this.#attempt(this.#spec.dir, () => {
      this.#folder.open()
      const isOwn = ({ lineage = this.#context.lineage }: WriterState): boolean => lineage === this.#context.lineage
      for (const { writer, state } of this.#restored) if (isOwn(state)) this.#sequences.set(writer, state.sequence)
      this.#lookAround()
      for (const { writer, state } of this.#restored) {
        if (isOwn(state)) this.#takeOver(writer, state)
        else this.#copy(state)
      }
      this.#findOldest()
      this.#folder.removeLeftOvers((writer) => this.#isMine(writer), this.#knownNames())
    })
  }

  process(record: unknown): void {
    const { partition, roll } = this.#spec
    const folder = partition === undefined ? '' : (partition(record) as string)
    const newest = this.#newest
    const part = newest !== null && newest.folder === folder ? newest : this.#partOf(folder)
    if (part.append(record)) this.#write(part, () => part.write())
    if (part.records >= roll.records || part.textBytes >= roll.bytes) this.#roll(part)
  }

  /** Nobody sees these files before a checkpoint. */
  flush(force: boolean): void {
    if (force) for (const part of this.#parts.values()) this.#write(part, () => part.write())
  }

  onEnd(): 'done' {
    for (const part of this.#parts.values()) this.#roll(part)
    this.#ended = true
    return 'done'
  }

  snapshot(checkpointId: number): StateChunk[] {
    // The state after the end belongs to the next checkpoint: one that is on its way holds an older one.
    const holder = checkpointId === 0 ? this.#lastCheckpoint + 1 : checkpointId
    this.#lastCheckpoint = Math.max(this.#lastCheckpoint, checkpointId)
    for (const part of this.#pending) if (part.checkpoint === 0) part.checkpoint = holder
    const { index, lineage } = this.#context
    const writers = [...this.#sequences].map(([writer, sequence]): StateChunk => {
      const open = writer === index ? [...this.#parts.values()].map((part) => part.state()) : []
      // A file stays with the writer in its name: whoever is that one next removes what it is not told of.
      const held = this.#pending.filter(({ name }) => this.#names.parse(name)!.writer === writer)
      const pending = held.map(({ folder, name, bytes }) => ({ folder, name, bytes }))
      return { scope: 'split', id: writer, value: { lineage, sequence, open, pending } satisfies WriterState }
    })
    return index === 0
      ? [...writers, { scope: 'all', id: 0, value: { lineage, floors: [...this.#floors] } satisfies LineageState }]
      : writers
  }

  onCheckpointComplete(checkpointId: number): void {
    const isDue = ({ checkpoint }: PendingPart): boolean => checkpoint !== 0 && checkpoint <= checkpointId
    for (const part of this.#pending) if (isDue(part)) this.#attempt(this.#folder.finished(part), () => this.#folder.commit(part))
    this.#pending = this.#pending.filter((part) => !isDue(part))
    if (this.#ended && this.#pending.length === 0) this.#folder.tidy()
  }

  close(): void {
    for (const part of this.#parts.values()) part.close()
    this.#parts.clear()
  }

  /** What was pending is committed by the checkpoint that we begin from. Files of another writer are not written on: they are cut and done. */
  #takeOver(writer: number, { open, pending }: WriterState): void {
    for (const part of pending) this.#folder.commit(part)
    for (const state of open) {
      const part = this.#openFile(state)
      if (writer === this.#context.index) this.#parts.set(part.folder, part)
      else this.#finish(part)
    }
  }

  /** The savepoint of another run: what its open files held is not lost, but it is shown in files of our own. */
  #copy({ open, pending }: WriterState): void {
    for (const part of pending) this.#folder.commitForeign(part)
    for (const state of open) {
      if (state.bytes === 0) continue
      const name = this.#nextName()
      this.#folder.copyForeign(state, name)
      this.#finish(this.#openFile({ ...state, name }))
    }
  }

  #isMine(writer: number): boolean {
    return writer % this.#context.parallelism === this.#context.index
  }

  #knownNames(): Set<string> {
    return new Set([...[...this.#parts.values()], ...this.#pending].map(({ name }) => name))
  }

  /**
   * A writer of a new run goes on behind the files that are there. In the first attempt of a process that goes on from a checkpoint, files that are newer than it
   * were made visible by checkpoints which no longer count.
   */
  #lookAround(): void {
    const { index, attempt } = this.#context
    const knows = this.#sequences.has(index)
    if (knows && attempt > 1) return
    const files = [...this.#folder.list(this.#spec.partition !== undefined)]
    if (!this.#resumes) {
      const floors = new Map<number, number>()
      for (const { writer, sequence } of files) floors.set(writer, Math.max(floors.get(writer) ?? 0, sequence + 1))
      this.#floors = floors
    }
    const nextOf = (writer: number): number => this.#sequences.get(writer) ?? this.#floors.get(writer) ?? 0
    for (const { path, writer, sequence } of files) if (this.#isMine(writer) && sequence >= nextOf(writer)) unlinkSync(path)
    this.#sequences.set(index, nextOf(index))
  }

  #partOf(folder: string): PartFile {
    let part = this.#parts.get(folder)
    if (part === undefined) {
      checkFolder(folder, this.#names)
      if (this.#parts.size >= this.#spec.openFilesMax) for (const oldest of [...this.#parts.values()].slice(0, 1)) this.#roll(oldest)
      part = this.#createPart(folder)
    } else this.#parts.delete(folder)
    this.#parts.set(folder, part)
    this.#newest = part
    this.#oldestMs = Math.min(this.#oldestMs, part.sinceMs)
    return part
  }

  #createPart(folder: string): PartFile {
    if (this.#pending.length >= SINK_PENDING_FILES_MAX) {
      throw new MillraceError(
        'MR_SINK_FAILED',
        `${SINK_PENDING_FILES_MAX} files wait for a checkpoint: give less folders, or let files roll later`,
      )
    }
    const state = {
      folder,
      name: this.#nextName(),
      bytes: 0,
      records: 0,
      textBytes: 0,
      openedMs: this.#context.clock.nowMs(),
      header: null,
    }
    return this.#openFile(state)
  }

  #nextName(): string {
    const { index } = this.#context
    const sequence = this.#sequences.get(index)!
    this.#sequences.set(index, sequence + 1)
    return this.#names.name(index, sequence)
  }

  #openFile(state: PartState): PartFile {
    const { format, columns, compress } = this.#spec
    const path = this.#folder.inProgress(state.name)
    const { clock } = this.#context
    const sinceMs = clock.monotonicMs() - Math.max(0, clock.nowMs() - state.openedMs)
    return this.#attempt(path, () => {
      // Another writer that was through may have taken the folder away.
      this.#folder.open()
      return new PartFile(path, state, lineFormat(format, columns), compress === 'gzip', sinceMs)
    })
  }

  #roll(part: PartFile): void {
    this.#write(part, () => part.write())
    this.#parts.delete(part.folder)
    if (this.#newest === part) this.#newest = null
    if (part.sinceMs === this.#oldestMs) this.#findOldest()
    this.#finish(part)
  }

  #findOldest(): void {
    this.#oldestMs = Infinity
    for (const { sinceMs } of this.#parts.values()) this.#oldestMs = Math.min(this.#oldestMs, sinceMs)
  }

  #finish(part: PartFile): void {
    const { folder, name, bytes } = part.state()
    this.#write(part, () => part.close())
    // The one record that it was opened for could not be written.
    if (part.records === 0) return this.#attempt(this.#folder.inProgress(name), () => unlinkSync(this.#folder.inProgress(name)))
    this.#pending.push({ folder, name, bytes, checkpoint: 0 })
  }

  #write(part: PartFile, action: () => void): void {
    this.#attempt(this.#folder.inProgress(part.name), action)
  }

  #attempt<T>(path: string, action: () => T): T {
    try {
      return action()
    } catch (cause) {
      if (cause instanceof MillraceError) throw cause
      const { operator, site } = this.#context
      throw pathError('MR_SINK_FAILED', `Cannot write ${path}`, cause, { operator, site })
    }
  }
}

export const filesSink: OperatorDefinition = {
  kind: 'filesSink',
  create: (spec, context) => new FilesSink(spec as unknown as FilesSinkSpec, context),
}
