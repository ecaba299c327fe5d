import { CreditTable } from '../channel/credit.ts'
import type { Plan } from '../graph/plan.ts'
import { AS_LAUNCHED, type Layout } from '../migration/layout.ts'
import { createDoorbells } from '../ring/doorbell-layout.ts'
import { createRing } from '../ring/ring-memory.ts'
import { createWatermarkTable } from '../time/aligned-source.ts'
import type { Deployment, EngineOptions, RingLink } from '../worker/deployment.ts'

/**
 * Shared memory of one attempt: a ring per ordered pair of threads that exchange records. Rings into workers are used again by the next attempt, which
 * begins when all workers have left the one before or have ended: shared memory makes no garbage collector hurry, and job after job restarted would
 * fill the machine. What an older attempt left in them is known by its number and dropped. Rings to the app thread are fresh, since that one may
 * still be reading the old.
 */
export function allocate(
  plan: Plan,
  options: EngineOptions,
  doorbells: SharedArrayBuffer,
  attempt: number,
  previous: Deployment | null = null,
  layout: Layout = AS_LAUNCHED,
): Deployment {
  const kept = new Map(previous?.rings.map(({ from, to, ring }) => [`${from}>${to}`, ring]))
  const pairs = new Map<string, RingLink>()
  for (const { fromThread: from, toThread: to } of plan.channels) {
    if (from === to && options.transport !== 'ring') continue
    const pair = `${from}>${to}`
    if (pairs.has(pair)) continue
    const old = to === plan.workers ? undefined : kept.get(pair)
    pairs.set(pair, { from, to, ring: old ?? createRing(options.ringBytes) })
  }
  return {
    attempt,
    layout,
    lineage: '',
    firstCheckpoint: 0,
    rings: [...pairs.values()],
    doorbells,
    credits: CreditTable.create(plan.channels.length),
    activity: new SharedArrayBuffer(4 * plan.workers),
    recordsRead: new SharedArrayBuffer(4),
    watermarks: createWatermarkTable(plan.actors.length),
    signals: [],
  }
}

/** One doorbell per worker, and one for the app thread. */
export function allocateDoorbells(workers: number): SharedArrayBuffer {
  return createDoorbells(workers + 1)
}
