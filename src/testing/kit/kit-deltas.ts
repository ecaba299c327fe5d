import { MillraceError } from '../../errors.ts'
import type { KitSnapshot } from './kit-engine.ts'

interface Taken {
  readonly key: string
  readonly bytes: Uint8Array
  readonly since?: number
}

/** Chunks that stand behind those of an earlier checkpoint, with these in front of them, as the store of a run would have them. */
export class KitDeltas {
  readonly #complete = new Map<number, KitSnapshot['chunks']>()

  /** The chunks of a checkpoint, which is complete from now on. */
  complete(id: number, chunks: readonly Taken[]): KitSnapshot['chunks'] {
    const whole = chunks.flatMap(({ key, bytes, since }) => {
      if (since === undefined) return [{ key, bytes }]
      const base = (this.#complete.get(since) ?? []).filter((chunk) => chunk.key === key)
      if (base.length === 0)
        throw new MillraceError('MR_CHECKPOINT_FAILED', `Operator kit: checkpoint ${since} has no chunk "${key}" to build on`)
      return bytes.length === 0 ? base : [...base, { key, bytes }]
    })
    this.#complete.set(id, whole)
    return whole
  }
}
