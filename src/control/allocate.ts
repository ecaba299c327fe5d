import { CreditTable } from '../channel/credit.ts'
import type { Plan } from '../graph/plan.ts'
import { createDoorbells, createRing } from '../ring/index.ts'
import type { Deployment, EngineOptions, RingLink } from '../worker/deployment.ts'

/**
 * Shared memory of one attempt: a ring per ordered pair of threads that exchange records, fresh for each attempt, so that no thread of an
 * older one can write into it.
 */
export function allocate(plan: Plan, options: EngineOptions, doorbells: SharedArrayBuffer, attempt: number): Deployment {
  const pairs = new Map<string, RingLink>()
  for (const { fromThread: from, toThread: to } of plan.channels) {
    if (from === to && options.transport !== 'ring') continue
    const pair = `${from}>${to}`
    if (!pairs.has(pair)) pairs.set(pair, { from, to, ring: createRing(options.ringBytes) })
  }
  return { attempt, rings: [...pairs.values()], doorbells, credits: CreditTable.create(plan.channels.length), activity: new SharedArrayBuffer(4 * plan.workers) }
}

/** One doorbell per worker, and one for the app thread. */
export function allocateDoorbells(workers: number): SharedArrayBuffer {
  return createDoorbells(workers + 1)
}
