import type { JobShape } from '../observe/job-shape.ts'
import type { Sample } from '../observe/progress.ts'
import { UI_IDLE_LOOK_MS, UI_LOOK_MS, UI_LOOK_PAUSE_MS, UI_POINTS_MAX } from './ui-limits.ts'
import { type Picture, type Point, pictureBetween } from './picture.ts'
import type { UiSubject } from './subject.ts'

/** Looks at a run every so often, more often while somebody watches, and keeps what charts need. A look at a time; the run waits for none. */
export class Lookout {
  readonly #subject: UiSubject
  readonly #shape: JobShape
  readonly #onPicture: (picture: Picture) => void
  readonly #points: Point[] = []
  #first: Sample | null = null
  #before: Sample | null = null
  #latest: Picture | null = null
  #looking: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #watched = false
  #closed = false

  constructor(subject: UiSubject, shape: JobShape, onPicture: (picture: Picture) => void) {
    this.#subject = subject
    this.#shape = shape
    this.#onPicture = onPicture
    void this.look()
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
    this.#first ??= now
    this.#latest = pictureBetween(this.#subject.plan, this.#shape, this.#before, now, this.#first, Date.now())
    this.#before = now
    this.#points.push(this.#latest.point)
    if (this.#points.length > UI_POINTS_MAX) this.#points.shift()
    this.#onPicture(this.#latest)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (!this.#closed) this.#timer = setTimeout(() => void this.look(), this.#watched ? UI_LOOK_MS : UI_IDLE_LOOK_MS)
  }
}
