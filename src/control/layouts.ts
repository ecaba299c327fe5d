import type { Manifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import type { Plan } from '../graph/plan.ts'
import { AS_LAUNCHED, type Layout, layoutOf, planOf } from '../migration/layout.ts'
import { rescaled } from '../migration/rescale.ts'
import { Balancer } from './balancer.ts'
import { planActorNames, planSources } from './actor-names.ts'
import type { Deployment, EngineOptions } from '../worker/deployment.ts'
import type { JobSettings, MasterHost } from './master-host.ts'
import { demandNoStateLost, movedBytes } from './moved-state.ts'
import type { RescaleReport } from './protocol.ts'

/** What a change depends on. */
export interface RunView {
  /** The newest complete checkpoint. */
  latest(): Manifest | null
  isEnding(): boolean
  /** Has a checkpoint taken. */
  trigger(): void
}

/** A change of the layout that waits for its checkpoint: the sources read nothing behind its barrier. */
interface Change {
  /** Of operators that are rescaled; none where workers came back. */
  readonly instances: Layout['instances']
  /** Of actors that go to other workers. */
  readonly moved: Layout['moved']
  /** 0 before it has begun. */
  checkpoint: number
  /** By the monotonic clock, when it began. */
  beganMs: number
  readonly resolve: (report: Omit<RescaleReport, 'operator' | 'before' | 'instances'>) => void
  readonly reject: (error: Error) => void
}

type LayoutHost = Pick<MasterHost, 'clock' | 'away' | 'allocate' | 'app' | 'workers' | 'setTimer'>

/** Which layout the attempts of a run have, and what is to change with the next one. One change at a time. */
export class Layouts {
  readonly #launched: Plan
  readonly #options: EngineOptions
  readonly #host: LayoutHost
  readonly #run: RunView
  #current = AS_LAUNCHED
  #plan: Plan
  /** What is asked for. */
  #change: Change | null = null
  readonly #balancer: Balancer | null
  /** Becomes known when its attempt runs. */
  #report: (() => void) | null = null

  constructor(
    { plan, options, placement, decideBalance }: Pick<JobSettings, 'plan' | 'options' | 'placement' | 'decideBalance'>,
    host: LayoutHost,
    run: RunView,
  ) {
    this.#launched = plan
    this.#plan = plan
    this.#options = options
    this.#host = host
    this.#run = run
    this.#balancer = decideBalance === null ? null : new Balancer(host, placement, decideBalance, (moved) => this.#askQuietly(moved))
  }

  /** Who takes part in checkpoints. */
  get cast(): { readonly actors: readonly string[]; readonly sources: readonly string[] } {
    return { actors: planActorNames(this.#plan), sources: planSources(this.#plan) }
  }

  /** Of the attempt that runs. */
  get plan(): Plan {
    return this.#plan
  }

  /** A change waits for a checkpoint. */
  get isChanging(): boolean {
    return this.#change !== null
  }

  /**
   * Has an operator, and those that are tied to it, run in so many instances, from a checkpoint on that is taken for it.
   *
   * @throws MillraceError MR_OPTION_INVALID, MR_RESCALE_IMPOSSIBLE; rejects with MR_CHECKPOINT_FAILED, MR_RUN_ENDED
   */
  async rescale(operator: string, instances: number): Promise<RescaleReport> {
    if (this.#run.isEnding()) throw cannotRescale('the run is about to end')
    if (this.#change !== null) throw cannotRescale('another change of the layout is under way')
    const changes = rescaled(this.#plan, this.#options.keyGroups, operator, instances)
    const latest = this.#run.latest()
    const node = this.#plan.graph.nodes.find(({ name }) => name === operator)!
    const before = this.#plan.tasks.find(({ nodes }) => nodes.includes(node.id))!.parallelism
    if (before === instances) return { operator, before, instances, checkpoint: latest?.id ?? 0, pauseMs: 0, movedBytes: 0 }
    demandNoStateLost(latest, changes)
    const done = await new Promise<Parameters<Change['resolve']>[0]>((resolve, reject) => {
      this.#ask({ instances: changes, moved: {}, checkpoint: 0, beganMs: NaN, resolve, reject })
    })
    return { operator, before, instances, ...done }
  }

  /** A worker that was away is there again: its actors go back to it, from a checkpoint on. */
  returned(): void {
    this.#askQuietly({})
  }

  /** Actors go to other workers, from a checkpoint on. False: not now. */
  #askQuietly(moved: Layout['moved']): boolean {
    if (this.#run.isEnding() || this.#change !== null) return false
    this.#ask({ instances: {}, moved, checkpoint: 0, beganMs: NaN, resolve: () => {}, reject: () => {} })
    return true
  }

  #ask(change: Change): void {
    this.#change = change
    this.#run.trigger()
  }

  /** The attempt ends for the sake of a change, and this one follows. */
  rearranging(attempt: number): void {
    this.#host.app.rearranging(attempt)
  }

  /** A checkpoint begins. True when a change waits for it: it is the last one of its attempt. */
  began(checkpoint: number): boolean {
    if (this.#change === null) return false
    if (this.#change.checkpoint === 0) [this.#change.checkpoint, this.#change.beganMs] = [checkpoint, this.#host.clock.monotonicMs()]
    return true
  }

  /** True when a change waited for this checkpoint. */
  awaits(checkpoint: number): boolean {
    return this.#change?.checkpoint === checkpoint
  }

  /** What was asked for will not be. */
  giveUp(error: Error = cannotRescale('the run is about to end')): void {
    this.#change?.reject(error)
    this.#change = null
  }

  /** The run is over. */
  end(): void {
    this.#balancer?.rest()
    this.giveUp()
  }

  /** Shared memory of the attempt that begins, with its layout: whatever it goes on from, that can be taken over by another one. */
  allocate(attempt: number): Deployment {
    this.#balancer?.rest()
    const [away, latest] = [this.#host.away(), this.#run.latest()]
    const change = this.#takeChange(latest)
    if (change !== null || String(away) !== String(this.#current.away)) this.#settle(change, away, latest)
    return this.#host.allocate(attempt, this.#plan, this.#current)
  }

  #settle(change: Change | null, away: readonly number[], latest: Manifest | null): void {
    const [before, was] = [this.#plan, this.#current]
    const instances = { ...was.instances, ...change?.instances }
    const moved = { ...was.moved, ...change?.moved }
    this.#current = layoutOf(this.#launched, this.#options, { version: was.version + 1, instances, moved, away })
    this.#plan = planOf(this.#launched.graph, this.#options, this.#current)
    if (change !== null) {
      const bytes = latest === null ? 0 : movedBytes(latest, before, this.#plan, this.#options.keyGroups)
      const { beganMs, resolve } = change
      const pauseMs = (): number => (Number.isNaN(beganMs) ? 0 : this.#host.clock.monotonicMs() - beganMs)
      // One that its attempt did not live to tell.
      const earlier = this.#report
      this.#report = () => {
        earlier?.()
        resolve({ checkpoint: latest?.id ?? 0, pauseMs: pauseMs(), movedBytes: bytes })
      }
    }
    const what = difference(was, this.#current, before)
    if (what !== '') this.#host.app.rearranged(what)
  }

  /** The attempt runs. */
  running(): void {
    this.#report?.()
    this.#report = null
    if (!this.#run.isEnding()) this.#balancer?.watch(this.#plan)
  }

  #takeChange(latest: Manifest | null): Change | null {
    const change = this.#change
    this.#change = null
    try {
      if (change !== null) demandNoStateLost(latest, change.instances)
      return change
    } catch (error) {
      change!.reject(error as Error)
      return null
    }
  }
}

function cannotRescale(why: string): MillraceError {
  return new MillraceError('MR_RESCALE_IMPOSSIBLE', `Nothing can be rescaled now: ${why}`)
}

function difference(was: Layout, now: Layout, before: Plan): string {
  const scaled = Object.entries(now.instances).flatMap(([operator, instances]) => {
    const node = before.graph.nodes.find(({ name }) => name === operator)!
    const { parallelism } = before.tasks.find(({ nodes }) => nodes.includes(node.id))!
    return parallelism === instances ? [] : [`"${operator}" runs in ${instances} instances, not ${parallelism}`]
  })
  const moved = Object.entries(now.moved).flatMap(([actor, worker]) =>
    was.moved[actor] === worker ? [] : [`${told(actor)} is on worker ${worker} now`],
  )
  const gone = now.away.filter((worker) => !was.away.includes(worker)).map((worker) => `worker ${worker} is away: others have its actors`)
  const back = was.away.filter((worker) => !now.away.includes(worker)).map((worker) => `worker ${worker} is back`)
  return [...scaled, ...moved, ...gone, ...back].join('; ')
}

/** As people count instances. */
function told(actor: string): string {
  const at = actor.lastIndexOf(' ')
  return `"${actor.slice(0, at)}" ${Number(actor.slice(at + 1)) + 1}`
}
