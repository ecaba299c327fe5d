import type { Prng } from '../../core/prng.ts'
import { MillraceError } from '../../errors.ts'
import type { Job } from '../../graph/job.ts'
import type { SimulatedDisk } from '../../host/simulation-host/simulated-storage.ts'
import { SINK_KIT_CRASHES_MAX, SINK_KIT_PROCESSES_MAX, SINK_KIT_TRIES_MAX } from '../../limits.ts'
import { simulate } from '../simulate.ts'
import { type Crash, CrashPlan } from './crash-plan.ts'

/** Lets runs crash at each step that they have, one after the other, and then at random. */
export class CrashSearch {
  readonly #chance: Prng
  readonly #try: (plan: CrashPlan, run: number) => Promise<void>
  runs = 0
  /** By step, how often it crashed there. */
  readonly crashes = new Map<string, number>()
  /** By step, calls of the run that had most. */
  readonly #calls = new Map<string, number>()

  /** @param tryOnce a run under a plan; throws when something is wrong */
  constructor(chance: Prng, tryOnce: (plan: CrashPlan, run: number) => Promise<void>) {
    this.#chance = chance
    this.#try = tryOnce
  }

  /**
   * One crash a run; at steps that only come after a crash: a second one.
   *
   * @param before a crash with a checkpoint before it
   */
  async eachStep(before: Crash): Promise<void> {
    await this.run([])
    const first = [...this.#calls.keys()]
    for (const step of first) for (const crash of this.#waysAt(step)) await this.#untilAll([crash])
    const later = [...this.#calls.keys()].filter((step) => !first.includes(step))
    for (const step of later) for (const crash of this.#waysAt(step)) await this.#untilAll([before, { ...crash, call: 1 }])
  }

  async atRandom(runs: number): Promise<void> {
    const steps = [...this.#calls.keys()]
    for (let run = 0; run < runs; run++) {
      const crashes = Array.from({ length: 2 + this.#chance.nextInt(SINK_KIT_CRASHES_MAX - 1) }, () => {
        const ways = this.#waysAt(steps[this.#chance.nextInt(steps.length)]!)
        return ways[this.#chance.nextInt(ways.length)]!
      })
      await this.run(crashes)
    }
  }

  /** True when all of the crashes came. */
  async run(crashes: readonly Crash[]): Promise<boolean> {
    const plan = new CrashPlan(crashes)
    await this.#try(plan, this.runs)
    this.runs++
    for (const step of plan.happened.map((text) => / (\w+)\(\)/.exec(text)![1]!)) this.crashes.set(step, (this.crashes.get(step) ?? 0) + 1)
    for (const [step, calls] of plan.seen) this.#calls.set(step, Math.max(calls, this.#calls.get(step) ?? 0))
    return plan.happened.length === crashes.length
  }

  #waysAt(step: string): Crash[] {
    return (['before', 'after'] as const).flatMap((when) =>
      // Early enough to come in any run.
      (['throws', 'killed'] as const).map((how) => ({
        step,
        when,
        how,
        call: 1 + this.#chance.nextInt(Math.ceil(this.#calls.get(step)! / 8)),
      })),
    )
  }

  /** Whether a step comes often enough, or at all, may depend on the schedule. */
  async #untilAll(crashes: readonly Crash[]): Promise<void> {
    for (let tries = 0; tries < SINK_KIT_TRIES_MAX; tries++) if (await this.run(crashes)) return
  }
}

/** One process after the other, until one has come to the end; each with a number of workers of its own, and what is on the disk. */
export async function liveOn(
  job: Job,
  disk: SimulatedDisk,
  plan: CrashPlan,
  chance: Prng,
  onEnd: (finished: boolean) => void | Promise<void>,
): Promise<void> {
  for (let process = 0, finished = false; !finished; process++) {
    if (process === SINK_KIT_PROCESSES_MAX)
      throw new MillraceError('MR_SIMULATION_FAILED', `The job of the kit did not end within ${process} processes`)
    finished = await live(job, disk, plan, chance)
    await onEnd(finished)
  }
}

/** One process. False when it was killed. */
async function live(job: Job, disk: SimulatedDisk, plan: CrashPlan, chance: Prng): Promise<boolean> {
  plan.revive()
  try {
    await simulate(job, {
      seed: chance.nextInt(2 ** 31),
      disk,
      workers: 1 + chance.nextInt(3),
      batchRecords: 8,
      checkpointIntervalMs: 1 + chance.nextInt(3),
      restart: { maxRestarts: Infinity, backoff: 1 },
    })
    return true
  } catch (error) {
    if (plan.isDead) return false
    throw error
  }
}

/** What is wrong, and the steps at which the run had crashed. */
export function broken(code: 'MR_SINK_BROKEN' | 'MR_SOURCE_BROKEN', wrong: string, { happened }: CrashPlan, run: number): MillraceError {
  const story = happened.length === 0 ? 'Nothing had crashed.' : `It had crashed: ${happened.join('; then ')}.`
  return new MillraceError(code, `${wrong} ${story} [run ${run} of the ${code === 'MR_SINK_BROKEN' ? 'sink' : 'source'} kit]`)
}
