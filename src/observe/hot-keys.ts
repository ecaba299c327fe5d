import { HOT_KEYS_SHOWN, HOT_KEY_SHARE_MIN } from '../limits.ts'
import type { HotKey } from '../state/heavy-hitters.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'

/** The keys of an operator that have the most of its records. */
export interface OperatorHotKeys {
  readonly operator: string
  /** Records that were looked at of late: the more, the smaller the errors. */
  readonly samples: number
  /** The most frequent first; those that surely have a hundredth of the records, 10 at most. */
  readonly keys: readonly HotKey[]
}

/** Instances together, each by how many records it has read. */
export function hotKeys(workers: readonly WorkerStats[]): OperatorHotKeys[] {
  const sampled = workers.flatMap(({ actors }) =>
    actors.flatMap((actor) => actor.keys.map((keys) => ({ ...keys, weight: actor.recordsIn }))),
  )
  const operators = [...new Set(sampled.map(({ operator }) => operator))]
  return operators.flatMap((operator) => {
    const parts = sampled.filter((one) => one.operator === operator)
    const total = parts.reduce((sum, { weight }) => sum + weight, 0)
    const merged = new Map<HotKey['key'], HotKey>()
    for (const { keys, weight } of parts) {
      for (const { key, share, error } of keys) {
        const other = merged.get(key) ?? { share: 0, error: 0 }
        const part = weight / total
        merged.set(key, { key, share: other.share + share * part, error: other.error + error * part })
      }
    }
    const hot = [...merged.values()].filter(({ share, error }) => share - error >= HOT_KEY_SHARE_MIN).sort((a, b) => b.share - a.share)
    const samples = Math.round(parts.reduce((sum, part) => sum + part.samples, 0))
    return hot.length === 0 ? [] : [{ operator, samples, keys: hot.slice(0, HOT_KEYS_SHOWN) }]
  })
}
