import type { Chunk } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import { type Environment, STAGED_KEY, chunkKey } from './environment.ts'
import type { StagedChunk } from './lay-out.ts'

/**
 * Chunks of checkpoints that are not committed yet and lie in the database already, so that state may be larger than what is held in memory for a checkpoint. No manifest refers to them:
 * until its commit they do not exist for anybody else. Which checkpoints have such is noted in the transactions that write them, so that the next process removes what nobody committed.
 */
export class StagedChunks {
  readonly #environment: Environment
  readonly #transact: (work: () => void) => void
  /** By checkpoint: how many. */
  readonly #counts = new Map<number, number>()

  constructor(environment: Environment, transact: (work: () => void) => void) {
    this.#environment = environment
    this.#transact = transact
  }

  /** Chunks of a checkpoint that are here: those of its commit are numbered behind them. */
  count(checkpoint: number): number {
    return this.#counts.get(checkpoint) ?? 0
  }

  /** @throws MillraceError MR_CHECKPOINT_FAILED: nothing was written */
  write(checkpoint: number, chunks: readonly Chunk[]): StagedChunk[] {
    const first = this.count(checkpoint)
    try {
      this.#transact(() => {
        for (const [i, { bytes }] of chunks.entries()) this.#environment.putSync(chunkKey(checkpoint, first + i), bytes)
        this.#note(new Set([...this.#counts.keys(), checkpoint]))
      })
    } catch (cause) {
      const text = `Chunks of checkpoint ${checkpoint} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`
      throw new MillraceError('MR_CHECKPOINT_FAILED', text, { cause })
    }
    this.#counts.set(checkpoint, first + chunks.length)
    return chunks.map(({ bytes, ...rest }, i) => ({ ...rest, byteLength: bytes.byteLength, ordinal: first + i }))
  }

  /** Its manifest refers to them. In the transaction that writes it; `committed` is to follow once that is on disk. */
  commit(checkpoint: number): void {
    if (this.#counts.has(checkpoint)) this.#note(new Set([...this.#counts.keys()].filter((other) => other !== checkpoint)))
  }

  committed(checkpoint: number): void {
    this.#counts.delete(checkpoint)
  }

  /** They are not needed. What cannot be removed now is removed by the next process. */
  drop(checkpoint: number): void {
    const count = this.#counts.get(checkpoint)
    if (count === undefined) return
    try {
      this.#transact(() => {
        for (let ordinal = 0; ordinal < count; ordinal++) this.#environment.removeSync(chunkKey(checkpoint, ordinal))
        this.commit(checkpoint)
      })
      this.#counts.delete(checkpoint)
    } catch {
      // A full disk.
    }
  }

  /** Removes what an earlier process has left. In the transaction that opens the store. */
  removeOld(): void {
    const noted = this.#environment.getBinary(STAGED_KEY)
    if (noted === undefined) return
    for (const checkpoint of JSON.parse(new TextDecoder().decode(noted)) as number[]) {
      const range = { start: ['chunk', checkpoint], end: ['chunk', checkpoint, Infinity] }
      for (const key of [...this.#environment.getKeys(range)]) this.#environment.removeSync(key)
    }
    this.#environment.removeSync(STAGED_KEY)
  }

  #note(checkpoints: ReadonlySet<number>): void {
    this.#environment.putSync(STAGED_KEY, new TextEncoder().encode(JSON.stringify([...checkpoints])))
  }
}
