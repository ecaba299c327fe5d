import type { ActorLoad } from './moves.ts'

/** Key groups that leave an instance, and what they come to. */
export interface KeyGroupSplit {
  readonly keyGroups: readonly number[]
  /** Share of a worker's time. */
  readonly load: number
}

/**
 * Key groups of one instance whose work comes close to `wantedShare` of a worker's time, and not above it: the heaviest first, those that are too much for it left out. A key
 * that alone is most of an instance's work so stays, and the others leave it. At least one group stays. Null: there is none that could go.
 *
 * @param owners by key group: the instance that has it
 */
export function splitKeyGroups(owners: ArrayLike<number>, index: number, load: ActorLoad, wantedShare: number): KeyGroupSplit | null {
  const groups = Array.from({ length: owners.length }, (_, group) => group).filter((group) => owners[group] === index)
  const measured = groups.reduce((sum, group) => sum + (load.keyGroupWeights?.[group] ?? 0), 0)
  const weight = (group: number): number => (measured > 0 ? (load.keyGroupWeights![group] ?? 0) / measured : 1 / groups.length)
  const chosen: number[] = []
  let taken = 0
  for (const group of groups.sort((a, b) => weight(b) - weight(a) || a - b)) {
    const share = weight(group) * load.busyShare
    if (chosen.length === groups.length - 1) break
    if (share === 0 || taken + share > wantedShare) continue
    chosen.push(group)
    taken += share
  }
  return chosen.length === 0 ? null : { keyGroups: chosen.sort((a, b) => a - b), load: taken }
}
