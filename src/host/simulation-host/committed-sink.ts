import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../../actor/contract.ts'
import type { OutputSession } from './simulated-outputs.ts'

/** What committed sinks know of the world. */
export interface SinkWorld {
  readonly outputs: OutputSession
  /** Virtual ms until it takes anything again; 0 while it does. */
  stalledMs(): number
  after(delayMs: number, run: () => void): void
}

interface PreparedPart {
  readonly file: string
  readonly length: number
  /** The checkpoint that holds it first; 0 before there is one. */
  checkpoint: number
}

interface WriterState {
  readonly sequence: number
  readonly pending: readonly { readonly file: string; readonly length: number }[]
}

/**
 * The twin of `sink.files` in simulated runs: what comes between two barriers is prepared in a file of its own, synced with the snapshot, and visible when
 * the checkpoint that holds it is complete. Readers see every record once.
 */
class CommittedSink implements OperatorActor {
  readonly #name: string
  readonly #world: SinkWorld
  readonly #context: OperatorContext
  #file: string | null = null
  #length = 0
  #pending: PreparedPart[] = []
  /** Next sequence numbers of this writer and of those whose state came here. */
  readonly #sequences = new Map<number, number>()
  #restored: readonly StateChunk[] = []
  #lastCheckpoint = 0
  #waking = false

  constructor(name: string, world: SinkWorld, context: OperatorContext) {
    this.#name = name
    this.#world = world
    this.#context = context
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#restored = chunks
  }

  /** What was pending is committed by the checkpoint that we begin from. */
  open(): void {
    const { index, parallelism } = this.#context
    for (const { id, value } of this.#restored) {
      const { sequence, pending } = value as WriterState
      this.#sequences.set(id, sequence)
      for (const { file, length } of pending) this.#world.outputs.commit(this.#name, file, length)
    }
    if (!this.#sequences.has(index)) this.#sequences.set(index, 0)
    const isMine = (file: string): boolean => {
      const [sink, writer] = file.split('/')
      return sink === this.#name && Number(writer) % parallelism === index
    }
    this.#world.outputs.takeBack((file) => isMine(file) && this.#isNewer(file))
    this.#world.outputs.removeExcept(isMine, new Set())
  }

  /** Only after a run that began with an older checkpoint than its last one. */
  #isNewer(file: string): boolean {
    const [, writer, sequence] = file.split('/')
    return Number(sequence) >= (this.#sequences.get(Number(writer)) ?? 0)
  }

  ready(): boolean {
    const ms = this.#world.stalledMs()
    if (ms === 0) return true
    if (!this.#waking) {
      this.#waking = true
      this.#world.after(ms, () => {
        this.#waking = false
        this.#context.wake()
      })
    }
    return false
  }

  process(record: unknown): void {
    this.#file ??= this.#nextFile()
    this.#world.outputs.append(this.#file, [record])
    this.#length++
  }

  snapshot(checkpointId: number): StateChunk[] {
    if (this.#file !== null) {
      this.#world.outputs.sync(this.#file)
      this.#pending.push({ file: this.#file, length: this.#length, checkpoint: 0 })
      this.#file = null
      this.#length = 0
    }
    // The state after the end belongs to the next checkpoint: one that is on its way holds an older one.
    const holder = checkpointId === 0 ? this.#lastCheckpoint + 1 : checkpointId
    this.#lastCheckpoint = Math.max(this.#lastCheckpoint, checkpointId)
    for (const part of this.#pending) if (part.checkpoint === 0) part.checkpoint = holder
    const pending = this.#pending.map(({ file, length }) => ({ file, length }))
    return [...this.#sequences].map(([writer, sequence]) => ({
      scope: 'split',
      id: writer,
      value: { sequence, pending: writer === this.#context.index ? pending : [] } satisfies WriterState,
    }))
  }

  onCheckpointComplete(checkpointId: number): void {
    const isDue = ({ checkpoint }: PreparedPart): boolean => checkpoint !== 0 && checkpoint <= checkpointId
    for (const part of this.#pending) if (isDue(part)) this.#world.outputs.commit(this.#name, part.file, part.length)
    this.#pending = this.#pending.filter((part) => !isDue(part))
  }

  #nextFile(): string {
    const { index } = this.#context
    const sequence = this.#sequences.get(index)!
    this.#sequences.set(index, sequence + 1)
    return `${this.#name}/${index}/${sequence}`
  }
}

/** Stands in the place of the outlet of this name. */
export function committedSink(name: string, world: () => SinkWorld): OperatorDefinition {
  return { kind: 'committedSink', create: (_spec, context) => new CommittedSink(name, world(), context) }
}
