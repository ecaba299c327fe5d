import type { Plan } from '../graph/plan.ts'
import { actorKey } from '../graph/actor-key.ts'
import { BALANCE_LOOK_MS, BALANCE_WARM_UP_MS } from '../schedule/balance-limits.ts'
import type { DecideBalance } from '../schedule/balance.ts'
import { type BalanceHistory, NOTHING_MOVED } from '../schedule/moves.ts'
import type { CheckedPlacement } from '../schedule/settings.ts'
import { Appointment, timeMs } from './appointment.ts'
import { loadsOf } from './loads.ts'
import type { MasterHost } from './master-host.ts'

/** Looks at the load of the workers again and again while an attempt runs, and has actors moved where that evens it out. */
export class Balancer {
  readonly #host: Pick<MasterHost, 'clock' | 'workers' | 'setTimer' | 'away'>
  readonly #placement: CheckedPlacement
  readonly #decide: DecideBalance
  readonly #move: (moved: Readonly<Record<string, number>>) => boolean
  readonly #next: Appointment
  /** Of the attempt that runs; null: none does. */
  #plan: Plan | null = null
  #history: BalanceHistory = NOTHING_MOVED

  /** @param move has actors go to other workers, by {@link actorKey}; false: not now */
  constructor(
    host: Pick<MasterHost, 'clock' | 'workers' | 'setTimer' | 'away'>,
    placement: CheckedPlacement,
    decide: DecideBalance,
    move: (moved: Readonly<Record<string, number>>) => boolean,
  ) {
    this.#host = host
    this.#placement = placement
    this.#decide = decide
    this.#move = move
    this.#next = new Appointment(host, () => void this.#look())
  }

  /** An attempt runs. */
  watch(plan: Plan): void {
    this.#plan = plan
    this.#later()
  }

  /** It is over. */
  rest(): void {
    this.#plan = null
    this.#next.at(undefined)
  }

  #later(): void {
    this.#next.at(timeMs(this.#host) + BALANCE_LOOK_MS)
  }

  async #look(): Promise<void> {
    const plan = this.#plan!
    const answers = await Promise.allSettled(this.#host.workers().map((worker) => worker.stats()))
    // Another attempt runs by now, or none.
    if (plan !== this.#plan) return
    this.#later()
    const workers = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    // Nobody is sent to a worker that is away.
    if (workers.length < plan.workers || workers.some(({ elapsedMs }) => elapsedMs < BALANCE_WARM_UP_MS)) return
    const { moves, history } = this.#decide({
      plan,
      placement: this.#placement,
      threads: plan.actors.map(({ thread }) => thread),
      loads: loadsOf(workers, timeMs(this.#host)),
      history: this.#history,
    })
    // What is not moved now may be at the next look.
    const moved = Object.fromEntries(moves.map(({ operator, index, to }) => [actorKey(operator, index), to]))
    if (moves.length === 0 || this.#move(moved)) this.#history = history
  }
}
