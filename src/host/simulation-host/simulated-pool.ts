import { describeError, type FailureData } from '../../core/failure.ts'
import type { Job } from '../../graph/job.ts'
import type { SimulatedWorker } from './simulated-worker.ts'
import type { Simulation } from './simulation.ts'

export interface SimulatedPoolParts {
  readonly threads: number
  readonly job: Job
  readonly config: unknown
  readonly make: (index: number) => SimulatedWorker
  /** A thread has ended by itself; its replacement is on the way. */
  readonly lost: (failure: FailureData) => void
  /** One that was away has loaded the job. */
  readonly returned: () => void
}

/** The worker threads of a simulated run. One that is lost is replaced, as in the pool of real ones. */
export class SimulatedPool {
  readonly #simulation: Simulation
  readonly #parts: SimulatedPoolParts
  readonly #workers: SimulatedWorker[] = []
  readonly #ready: Promise<string[] | null>[] = []
  /** In whose place no thread comes up for a while; true: one has, but nobody has asked for it yet. */
  readonly #away = new Map<number, boolean>()
  readonly #dead: SimulatedWorker[] = []

  constructor(simulation: Simulation, parts: SimulatedPoolParts) {
    this.#simulation = simulation
    this.#parts = parts
    for (let index = 0; index < parts.threads; index++) this.#workers.push(parts.make(index))
  }

  /** Those that are there. */
  get workers(): readonly SimulatedWorker[] {
    return this.#workers.filter((_, index) => !this.#away.has(index))
  }

  get away(): readonly number[] {
    return [...this.#away.keys()].sort((a, b) => a - b)
  }

  join(): void {
    for (const worker of this.#workers) this.#simulation.join(worker)
  }

  /** The graph that each thread built, once all of them have, also those that took the place of others meanwhile; null for those that are away. */
  async ready(): Promise<(string[] | null)[]> {
    for (const [index, isBack] of this.#away) if (isBack) this.#away.delete(index)
    for (let index = this.#ready.length; index < this.#workers.length; index++) this.#prepare(index)
    for (;;) {
      const awaited = [...this.#ready]
      const graphs = await Promise.all(awaited)
      if (awaited.every((ready, index) => ready === this.#ready[index])) return graphs
    }
  }

  /**
   * The thread ends. That is seen a moment later.
   *
   * @param awayMs virtual time in which no thread comes up in its place
   */
  lose(worker: SimulatedWorker, awayMs = 0): void {
    const index = this.#workers.indexOf(worker)
    // One that has not even loaded the job would end the run.
    if (index === -1 || !worker.isPrepared || this.#dead.includes(worker)) return
    this.#dead.push(worker)
    worker.die()
    this.#simulation.leave(worker)
    this.#simulation.after(this.#simulation.delayMs(), `${worker.name} has ended`, () => {
      const failure = describeError(worker.buried(), { kind: 'worker-exit' })
      const wasThere = !this.#away.has(index)
      if (awayMs > 0 && this.workers.length > 1 && wasThere) this.#leave(index, awayMs)
      else this.#replace(index)
      if (wasThere) this.#parts.lost(failure)
    })
  }

  /** Tries to get a thread fail for a moment, then the worker is away. */
  #leave(index: number, awayMs: number): void {
    this.#ready[index] = new Promise((resolve) => {
      this.#simulation.after(this.#simulation.delayMs(), `worker ${index} does not come up`, () => {
        if (this.workers.length === 1) return void this.#prepareAnew(index).then(resolve)
        this.#away.set(index, false)
        resolve(null)
        this.#simulation.after(awayMs, `worker ${index} comes up`, () => this.#replace(index))
      })
    })
  }

  #replace(index: number): void {
    const graph = this.#prepareAnew(index)
    if (!this.#away.has(index)) return void (this.#ready[index] = graph)
    this.#away.set(index, false)
    graph.then(
      () => {
        this.#ready[index] = graph
        this.#away.set(index, true)
        this.#parts.returned()
      },
      () => {},
    )
  }

  #prepareAnew(index: number): Promise<string[]> {
    const worker = this.#parts.make(index)
    this.#workers[index] = worker
    this.#simulation.join(worker)
    const graph = worker.prepare(this.#parts.job, this.#parts.config)
    graph.catch(() => {})
    return graph
  }

  /** Nothing of the user's stays open. */
  async close(): Promise<void> {
    for (const worker of [...this.#workers, ...this.#dead]) await worker.close().catch(() => {})
  }

  #prepare(index: number): void {
    this.#ready[index] = this.#workers[index]!.prepare(this.#parts.job, this.#parts.config)
    this.#ready[index]!.catch(() => {})
  }
}
