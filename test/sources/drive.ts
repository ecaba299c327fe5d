import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../../src/actor/contract.ts'
import { systemClock } from '../../src/core/clock.ts'

export interface Driven {
  readonly actor: OperatorActor
  readonly records: unknown[]
  /** Polls until the source says it has no more, or `enough`. Waits for what it waits for. */
  run(enough?: () => boolean): Promise<'end' | 'enough'>
}

/** One instance of a source, without the runtime. */
export async function drive(
  definition: OperatorDefinition,
  spec: Readonly<Record<string, unknown>>,
  { index = 0, parallelism = 1, batchRecords = 10, chunks = [] as readonly StateChunk[] } = {},
): Promise<Driven> {
  const records: unknown[] = []
  let wake: () => void = () => {}
  let woken = false
  const ring = (): void => {
    woken = true
    wake()
  }
  const context = {
    operator: 'source',
    site: 'here',
    badInput: spec['onError'] === 'skip' ? { next: () => {}, leaveOut: () => {} } : null,
    index,
    parallelism,
    batchRecords,
    clock: systemClock,
    run: (rows: unknown[], from: number, to: number) => void records.push(...rows.slice(from, to)),
    openSplit: () => {},
    closeSplit: () => {},
    wake: ring,
    wakeAt: (atMs: number) => void setTimeout(ring, atMs - systemClock.monotonicMs()),
  } as unknown as OperatorContext
  const actor = definition.create!(spec, context)
  // As the runtime does: encoded and decoded.
  const mine = chunks.filter(({ id }) => id % parallelism === index)
  if (mine.length > 0) await actor.restore?.(JSON.parse(JSON.stringify(mine)) as StateChunk[])
  await actor.open?.()
  const run = async (enough: () => boolean = () => false): Promise<'end' | 'enough'> => {
    for (;;) {
      if (enough()) return 'enough'
      woken = false
      const result = actor.poll!()
      if (result === 'end') return 'end'
      if (result !== 'more' && !woken) await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { actor, records, run }
}
