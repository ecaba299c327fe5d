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
}

/** The worker threads of a simulated run. One that is lost is replaced, as in the pool of real ones. */
export class SimulatedPool {
  readonly #simulation: Simulation
  readonly #parts: SimulatedPoolParts
  readonly #workers: SimulatedWorker[] = []
  readonly #ready: Promise<string[]>[] = []
  readonly #dead: SimulatedWorker[] = []

  constructor(simulation: Simulation, parts: SimulatedPoolParts) {
    this.#simulation = simulation
    this.#parts = parts
    for (let index = 0; index < parts.threads; index++) this.#workers.push(parts.make(index))
  }

  get workers(): readonly SimulatedWorker[] {
    return this.#workers
  }

  join(): void {
    for (const worker of this.#workers) this.#simulation.join(worker)
  }

  /** The graph that each thread built, once all of them have: also those that took the place of others meanwhile. */
  async ready(): Promise<string[][]> {
    for (let index = this.#ready.length; index < this.#workers.length; index++) this.#prepare(index)
    for (;;) {
      const awaited = [...this.#ready]
      const graphs = await Promise.all(awaited)
      if (awaited.every((ready, index) => ready === this.#ready[index])) return graphs
    }
  }

  /** The thread ends. That is seen a moment later. */
  lose(worker: SimulatedWorker): void {
    const index = this.#workers.indexOf(worker)
    // One that has not even loaded the job would end the run.
    if (index === -1 || !worker.isPrepared || this.#dead.includes(worker)) return
    this.#dead.push(worker)
    worker.die()
    this.#simulation.leave(worker)
    this.#simulation.after(this.#simulation.delayMs(), `${worker.name} has ended`, () => {
      this.#workers[index] = this.#parts.make(index)
      this.#simulation.join(this.#workers[index]!)
      this.#prepare(index)
      this.#parts.lost(describeError(worker.buried(), { kind: 'worker-exit' }))
    })
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
