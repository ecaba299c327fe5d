import type { WatermarkGenerator } from '../../src/index.ts'
import type { KitBuilt, KitContext, Step } from '../../src/testing/index.ts'
import { AlignedSource, createWatermarkTable } from '../../src/time/aligned-source.ts'
import type { Given } from './case.ts'

/** Members of alignment groups that report watermarks or idleness; a record asks what that makes of a member. */
export interface MembersSpec {
  readonly type: 'members'
  /** Group of each member. */
  readonly groups: readonly string[]
  readonly maxDriftMs: number
}

/** Asks whether the largest watermark that a group's members may have is `limit`, and whether this one waits. */
export interface Probe {
  readonly member: number
  readonly limit: number
}

/** Inlets that are read abreast, by name their group; records are their event times. */
export interface AlignedSpec {
  readonly type: 'aligned inlets'
  readonly groups: Readonly<Record<string, string>>
  readonly maxDriftMs: number
  readonly idleAfterMs?: number
  /** Records that are watermarks as well: all of them, or the odd ones. */
  readonly watermarks: 'all' | 'odd'
}

/** Runs a case of members on what every source of a group has. Gives the outputs by step. */
export function runMembers({ groups, maxDriftMs }: MembersSpec, script: readonly Step[]): Given[][] {
  // A slot more for each member, whose owner only looks on.
  const table = createWatermarkTable(2 * groups.length)
  const of = (member: number, slot: number): AlignedSource => {
    const members = groups.flatMap((group, other) => (group === groups[member] ? [other] : []))
    return new AlignedSource({ table, slot, members: [...members, slot], maxDriftMs })
  }
  const sources = groups.map((_, member) => of(member, member))
  const onlookers = groups.map((_, member) => of(member, groups.length + member))
  for (const onlooker of onlookers) onlooker.publish(Infinity)
  const reported = groups.map(() => -Infinity)
  return script.map((step): Given[] => {
    if ('watermark' in step) sources[step.channel!]!.publish((reported[step.channel!] = step.watermark))
    if ('idle' in step) sources[step.channel!]!.publish(Infinity)
    if (!('record' in step)) return []
    const { member, limit } = step.record as Probe
    const onlooker = onlookers[member]!
    const announced = !onlooker.isAhead(limit) && (limit === Number.MAX_SAFE_INTEGER || onlooker.isAhead(limit + 1))
    return [{ record: { member, limit, announced, waits: sources[member]!.isAhead(reported[member]!) } }]
  })
}

/** Watermarks that are records, as Flink's test makes them. */
class Punctuated implements WatermarkGenerator<number> {
  readonly #odd: boolean
  #last = -Infinity

  constructor(odd: boolean) {
    this.#odd = odd
  }

  onRecord(_record: number, timestamp: number): void {
    if (!this.#odd || timestamp % 2 === 1) this.#last = Math.max(this.#last, timestamp)
  }

  watermark(): number {
    return this.#last
  }

  snapshot(): number {
    return this.#last
  }

  restore(state: unknown): void {
    this.#last = state as number
  }
}

export function alignedPiece({ groups, maxDriftMs, idleAfterMs, watermarks }: AlignedSpec): (context: KitContext) => KitBuilt {
  return ({ inlet }) =>
    Object.fromEntries(
      Object.entries(groups).map(([name, group]) => [
        name,
        inlet<number>(name, {
          eventTime: (at) => at,
          watermarks: () => new Punctuated(watermarks === 'odd'),
          alignment: { group, maxDriftMs },
          ...(idleAfterMs !== undefined && { idleAfterMs }),
        }).map((at) => ({ source: name, at })),
      ]),
    )
}
