import { MillraceError } from '../errors.ts'
import type { FailAfter } from '../graph/error-policy.ts'

/** How it is saved: where the next record goes, and where failed ones are. */
export interface SavedWindow {
  readonly at: number
  readonly failed: readonly number[]
}

/** Which of the last records failed: a sliding window, so that it does not matter where a bad stretch begins. */
export class FailureWindow {
  readonly #failed: Uint8Array
  readonly #allowed: number
  /** Place of the record at hand. */
  #at = 0
  #failures = 0

  constructor({ ratio, over }: FailAfter) {
    this.#failed = new Uint8Array(over)
    this.#allowed = ratio * over
  }

  /** One record more; the oldest one is forgotten. */
  next(): void {
    const at = this.#at + 1 === this.#failed.length ? 0 : this.#at + 1
    this.#at = at
    if (this.#failed[at] === 0) return
    this.#failed[at] = 0
    this.#failures--
  }

  /** The record at hand failed. False when that are too many. */
  tolerates(): boolean {
    this.#failed[this.#at] = 1
    this.#failures++
    return this.#failures <= this.#allowed
  }

  snapshot(): SavedWindow {
    const failed: number[] = []
    for (let at = this.#failed.indexOf(1); at !== -1; at = this.#failed.indexOf(1, at + 1)) failed.push(at)
    return { at: this.#at, failed }
  }

  /** Of a window of another size nothing is taken over. */
  restore({ at, failed }: SavedWindow, over: number): void {
    if (over !== this.#failed.length) return
    this.#at = at
    for (const place of failed) this.#failed[place] = 1
    this.#failures = failed.length
  }
}

export function tooManyFailed({ ratio, over }: FailAfter, details: { cause: unknown; operator: string; site: string }): MillraceError {
  return new MillraceError(
    'MR_OPERATOR_FAILED',
    `More than ${ratio} of the last ${over} records failed; the last one is the cause`,
    details,
  )
}
