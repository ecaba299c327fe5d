import type { Clock } from '../core/clock.ts'
import { MASKED } from '../core/mask.ts'
import type { Plan } from '../graph/plan.ts'
import { findBottleneck } from '../observe/bottleneck.ts'
import { hotKeys } from '../observe/hot-keys.ts'
import { jobShape } from '../observe/job-shape.ts'
import { taskLoads } from '../observe/task-loads.ts'
import { ADVICE_LIMITS } from '../schedule/balance-limits.ts'
import { NO_HISTORY } from '../schedule/moves.ts'
import type { HotKey } from '../state/heavy-hitters.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'
import { loadsOf } from './loads.ts'
import type { BalanceAdvice, ControlTask, RunStats } from './protocol.ts'

/** What follows from what the workers have measured. */
export class RunMeasures {
  readonly #task: Pick<ControlTask, 'options' | 'placement'>
  readonly #clock: Clock
  #unevenSinceMs: number | null = null

  constructor(task: Pick<ControlTask, 'options' | 'placement'>, clock: Clock) {
    this.#task = task
    this.#clock = clock
  }

  /** @param plan null before the job is loaded */
  async of(plan: Plan | null, workers: readonly WorkerStats[]): Promise<Pick<RunStats, 'workers' | 'bottleneck' | 'hotKeys' | 'balance'>> {
    if (plan === null) return { workers, bottleneck: null, hotKeys: [], balance: null }
    const bottleneck = findBottleneck(taskLoads(jobShape(plan, this.#task.options.mailboxBytes), workers))
    const hot = hotKeys(workers)
    const balance = await this.#advice(plan, workers)
    return plan.graph.mask === undefined
      ? { workers, bottleneck, hotKeys: hot, balance }
      : { workers: withoutKeys(workers), bottleneck, hotKeys: hot.map(withMaskedKeys), balance }
  }

  /** The planner is loaded when workers are uneven: most runs never need it. */
  async #advice(plan: Plan, workers: readonly WorkerStats[]): Promise<BalanceAdvice | null> {
    const shares = workers.map(({ busyShare }) => busyShare)
    const isPartial = workers.length < plan.workers
    if (isPartial || Math.max(...shares) < ADVICE_LIMITS.hotShare || Math.max(...shares) - Math.min(...shares) < ADVICE_LIMITS.gapShare) {
      this.#unevenSinceMs = null
      return null
    }
    const { decideMoves, moveText } = await import('../schedule/decide-moves.ts')
    const { moves, reason, before, after, history } = decideMoves({
      plan,
      placement: this.#task.placement,
      places: { threads: plan.actors.map(({ thread }) => thread), owners: new Map() },
      loads: loadsOf(workers, this.#clock.monotonicMs()),
      history: { ...NO_HISTORY, unevenSinceMs: this.#unevenSinceMs },
      limits: ADVICE_LIMITS,
    })
    if (moves.length === 0) this.#unevenSinceMs = history.unevenSinceMs
    return moves.length === 0 ? null : { moves: moves.map(moveText), reason, before, after }
  }
}

/** Which field a key was made of is not known: any of them may hold what is masked. */
function withMaskedKeys<T extends { readonly keys: readonly HotKey[] }>(sampled: T): T {
  return { ...sampled, keys: sampled.keys.map((hot) => ({ ...hot, key: MASKED })) }
}

function withoutKeys(workers: readonly WorkerStats[]): WorkerStats[] {
  return workers.map((worker) => ({
    ...worker,
    actors: worker.actors.map((actor) => ({ ...actor, keys: actor.keys.map(withMaskedKeys) })),
  }))
}
