import type { Manifest } from '../checkpoint/manifest.ts'
import { byteLengthOf, refsOf } from '../checkpoint/retention.ts'
import { operatorOfChunk } from '../checkpoint/chunk-name.ts'
import { MillraceError } from '../errors.ts'
import { type CheckpointReader, openCheckpointReader } from '../storage/checkpoint-reader.ts'
import { existingStateDir } from '../storage/state-dir.ts'

/** One complete checkpoint of a state directory, or a savepoint. */
export interface CheckpointSummary {
  readonly id: number
  readonly status: 'complete' | 'finished' | 'damaged'
  /** Milliseconds since 1970; 0 where the manifest cannot be read. */
  readonly createdMs: number
  readonly jobName: string
  readonly lineage: string
  readonly chunks: number
  /** Of all its chunks, those that it shares with others included. */
  readonly bytes: number
}

export interface OperatorSummary {
  readonly operator: string
  readonly kind: string
  readonly chunks: number
  readonly bytes: number
}

export interface CheckpointDetails extends CheckpointSummary {
  readonly keyGroups: number
  readonly origin: string | null
  readonly actors: number
  readonly operators: readonly OperatorSummary[]
}

export interface CheckpointVerdict {
  readonly id: number
  /** What is wrong, a sentence each; empty: it is whole. */
  readonly damage: readonly string[]
}

/** Looks into a state directory or a savepoint, whether a run uses it or not; nothing is written. */
export class StateReport {
  readonly #reader: CheckpointReader

  /** @throws MillraceError MR_STATE_MISSING, MR_STATE_DIR_INVALID, MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE */
  constructor(dir: string) {
    this.#reader = openCheckpointReader(existingStateDir(dir))
  }

  /** Ascending by id. */
  list(): CheckpointSummary[] {
    const damaged = this.#reader.damaged().map(({ id }) => ({ ...NOTHING, id, status: 'damaged' as const }))
    return [...this.#reader.list().map(summaryOf), ...damaged].toSorted((a, b) => a.id - b.id)
  }

  /** @param id the newest if left out @throws MillraceError MR_STATE_DIR_INVALID if there is none */
  show(id?: number): CheckpointDetails {
    const all = this.#reader.list()
    const manifest = id === undefined ? all.at(-1) : all.find((each) => each.id === id)
    if (manifest === undefined) {
      const which = `${id === undefined ? '' : ` ${id}`}. There are: ${all.map((each) => each.id).join(', ') || 'none'}`
      throw new MillraceError('MR_STATE_DIR_INVALID', `There is no complete checkpoint${which}`)
    }
    const { keyGroups, origin = null, actors } = manifest
    return { ...summaryOf(manifest), keyGroups, origin, actors: actors.length, operators: operatorsOf(manifest) }
  }

  /** Reads every chunk of every checkpoint, and compares checksums. Of one that a run removes meanwhile there is nothing to say. */
  *verify(): Generator<CheckpointVerdict> {
    for (const { id, error } of this.#reader.damaged()) yield { id, damage: [error.message] }
    for (const manifest of this.#reader.list()) {
      const damage = this.#damageOf(manifest)
      if (damage !== null) yield { id: manifest.id, damage }
    }
  }

  async close(): Promise<void> {
    await this.#reader.close()
  }

  #damageOf(manifest: Manifest): string[] | null {
    const damage: string[] = []
    for (const wanted of refsOf(manifest)) {
      try {
        for (const _ of this.#reader.readChunks(manifest, (ref) => ref === wanted));
      } catch (error) {
        if ((error as MillraceError).code === 'MR_CHECKPOINT_GONE') return null
        damage.push((error as Error).message)
      }
    }
    return damage
  }
}

const NOTHING = { createdMs: 0, jobName: '', lineage: '', chunks: 0, bytes: 0 }

function summaryOf(manifest: Manifest): CheckpointSummary {
  const { id, status, createdMs, jobName, lineage } = manifest
  return { id, status, createdMs, jobName, lineage, chunks: [...refsOf(manifest)].length, bytes: byteLengthOf(manifest) }
}

function operatorsOf(manifest: Manifest): OperatorSummary[] {
  const byName = new Map(manifest.operators.map(({ name, kind }) => [name, { operator: name, kind, chunks: 0, bytes: 0 }]))
  for (const { key, byteLength } of refsOf(manifest)) {
    const summary = byName.get(operatorOfChunk(key))
    if (summary === undefined) continue
    summary.chunks++
    summary.bytes += byteLength
  }
  return [...byName.values()].filter(({ chunks }) => chunks > 0)
}
