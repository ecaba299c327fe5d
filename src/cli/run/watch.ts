import type { Run } from '../../app/run.ts'
import type { JobShape } from '../../observe/job-shape.ts'
import { type Sample, progressBetween } from '../../observe/progress.ts'
import type { Reporter } from './run-event.ts'

export interface WatchOptions {
  readonly job: string
  readonly shape: JobShape
  readonly intervalMs: number
  readonly startedMs: number
}

/** Reports progress every so often until stopped. The job does not wait for it. */
export class Watch {
  readonly #run: Run
  readonly #reporter: Reporter
  readonly #options: WatchOptions
  readonly #timer: NodeJS.Timeout
  #first: Sample | null = null
  #before: Sample | null = null
  #checkpointAtMs: number | null = null
  #asking = false
  #over = false

  constructor(run: Run, reporter: Reporter, options: WatchOptions) {
    this.#run = run
    this.#reporter = reporter
    this.#options = options
    this.#timer = setInterval(() => void this.#look(), options.intervalMs)
    run.onNotice(({ type }) => {
      if (type === 'checkpoint') this.#checkpointAtMs = performance.now()
    })
    void this.#look()
  }

  stop(): void {
    this.#over = true
    clearInterval(this.#timer)
  }

  /** A run that is busy answers late, one that has ended not at all: the picture is left out then. */
  async #look(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      this.#show({ stats: await this.#run.stats(), atMs: performance.now() })
    } catch {
      // The run ended, or restarts.
    } finally {
      this.#asking = false
    }
  }

  #show(now: Sample): void {
    // At the end, and between two attempts, there is nothing to show.
    if (this.#over || now.stats.workers.every(({ actors }) => actors.length === 0)) return
    const { job, shape, startedMs } = this.#options
    this.#first ??= now
    const progress = progressBetween(shape, this.#before, now, this.#first)
    const first = this.#before === null
    this.#before = now
    if (first) return
    const checkpointAgeMs = this.#checkpointAtMs === null ? null : Math.round(now.atMs - this.#checkpointAtMs)
    this.#reporter.report({ event: 'progress', job, elapsedMs: Math.round(now.atMs - startedMs), checkpointAgeMs, ...progress })
  }
}
