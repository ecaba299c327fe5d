import type { Plan } from '../graph/plan.ts'
import type { Sample } from '../observe/progress.ts'
import { UI_LOOK_MS, UI_LOOK_PAUSE_MS, UI_POINTS_MAX } from './ui-limits.ts'
import { type JobPicture, jobPicture } from './job-picture.ts'
import { type Picture, type Point, pictureBetween } from './picture.ts'
import type { UiSubject } from './subject.ts'

/** Whom a lookout tells. */
export interface Watchers {
  picture(picture: Picture): void
  /** The layout of the run has changed. */
  job(job: JobPicture): void
}

/** Looks at a run every so often, more often while somebody watches, and keeps what charts need. A look at a time; the run waits for none. */
export class Lookout {
  readonly #subject: UiSubject
  readonly #watchers: Watchers
  readonly #idleLookMs: number | null
  readonly #points: Point[] = []
  #plan: Plan
  #job: JobPicture
  #first: Sample | null = null
  #before: Sample | null = null
  #latest: Picture | null = null
  #looking: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #watched = false
  #closed = false

  /** @param idleLookMs time between two looks while nobody watches; null: it looks when it is asked */
  constructor(subject: UiSubject, watchers: Watchers, idleLookMs: number | null) {
    this.#subject = subject
    this.#watchers = watchers
    this.#plan = subject.plan
    this.#job = jobPicture(this.#plan, subject.options.mailboxBytes)
    this.#idleLookMs = idleLookMs
    if (idleLookMs !== null) void this.look()
  }

  /** As the newest look has found it. */
  get job(): JobPicture {
    return this.#job
  }

  /** Null before the first look. */
  get latest(): Picture | null {
    return this.#latest
  }

  /** From old to new. */
  get points(): readonly Point[] {
    return this.#points
  }

  /** Somebody watches, or nobody does any more. */
  watch(watched: boolean): void {
    if (watched === this.#watched) return
    this.#watched = watched
    if (watched) void this.look()
    this.#schedule()
  }

  /** Resolves when there is a picture of now, or none is to be had. */
  look(): Promise<void> {
    if (this.#looking === null && performance.now() - (this.#before?.atMs ?? -Infinity) < UI_LOOK_PAUSE_MS) return Promise.resolve()
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
      this.#schedule()
    })
    return this.#looking
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    try {
      this.#show({ stats: await this.#subject.stats(), atMs: performance.now() })
    } catch {
      // The run restarts, or has ended: the log says so.
    }
  }

  #show(now: Sample): void {
    if (this.#closed) return
    this.#followPlan()
    this.#first ??= now
    this.#latest = pictureBetween(this.#plan, this.#job.shape, this.#before, now, this.#first, Date.now())
    this.#before = now
    this.#points.push(this.#latest.point)
    if (this.#points.length > UI_POINTS_MAX) this.#points.shift()
    this.#watchers.picture(this.#latest)
  }

  #followPlan(): void {
    const { plan, options } = this.#subject
    if (plan === this.#plan) return
    this.#plan = plan
    this.#job = jobPicture(plan, options.mailboxBytes)
    this.#watchers.job(this.#job)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    const pauseMs = this.#watched ? UI_LOOK_MS : this.#idleLookMs
    if (!this.#closed && pauseMs !== null) this.#timer = setTimeout(() => void this.look(), pauseMs)
  }
}
