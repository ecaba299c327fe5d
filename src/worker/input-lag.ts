import { INPUT_LAG_MOMENTS_MAX } from './turn-limits.ts'

/** For how long the oldest of what a mailbox holds has waited, from how much it had received at moments before: exact to the time between two of them. */
export class InputLag {
  /** Ascending; the first is the earliest at which what waits now had been there. */
  #moments: { readonly atMs: number; readonly receivedBytes: number }[] = []

  /**
   * Called now and then.
   *
   * @param receivedBytes since the attempt began
   * @param waitingBytes of them
   */
  lookMs(nowMs: number, receivedBytes: number, waitingBytes: number): number {
    const takenBytes = receivedBytes - waitingBytes
    this.#moments = this.#moments.filter((moment) => moment.receivedBytes > takenBytes)
    if (waitingBytes > 0 && this.#moments.at(-1)?.receivedBytes !== receivedBytes) this.#moments.push({ atMs: nowMs, receivedBytes })
    // In the middle it may be less exact; the first is what is asked for.
    if (this.#moments.length > INPUT_LAG_MOMENTS_MAX) this.#moments = this.#moments.filter((_, i) => i % 2 === 0)
    return this.#moments.length === 0 ? 0 : nowMs - this.#moments[0]!.atMs
  }
}
