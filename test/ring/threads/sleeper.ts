import { parentPort, workerData } from 'node:worker_threads'
import { Doorbell } from '../../../src/ring/index.ts'
import { SLEEP_MS } from './job.ts'

/** Sleeps as its plan says, and posts how each sleep ended; for ever when the plan is endless. */
export interface SleepPlan {
  readonly bells: SharedArrayBuffer
  readonly steps: readonly ('sleep' | 'sleepAsync' | 'sleepAsync 1 ms')[]
  readonly endless: boolean
}

const plan = workerData as SleepPlan
const bell = new Doorbell(plan.bells, 0)
const nothing = (): boolean => false

do {
  for (const step of plan.steps) {
    const began = performance.now()
    const reason = step === 'sleep' ? bell.sleep(nothing, SLEEP_MS) : await bell.sleepAsync(nothing, step === 'sleepAsync' ? SLEEP_MS : 1)
    if (!plan.endless) parentPort!.postMessage(performance.now() - began > SLEEP_MS / 2 ? 'overslept' : reason)
  }
} while (plan.endless)
