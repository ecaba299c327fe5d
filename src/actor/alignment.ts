import type { Clock } from '../core/clock.ts'

/**
 * Barrier alignment of one actor: its snapshot is due when every channel has brought the barrier, or has ended. (Chandy and Lamport 1985, as
 * simplified for data flows by Carbone et al., "Lightweight Asynchronous Snapshots for Distributed Dataflows", 2015.)
 */
export class Alignment {
  readonly #arrived: boolean[]
  readonly #ended: boolean[]
  #checkpointId = 0
  #completedId = 0
  #missing: number
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #beganMs = 0
  /** Milliseconds from the first to the last barrier, of the checkpoint that was aligned last. */
  tookMs = 0

  constructor(channels: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
    this.#arrived = new Array<boolean>(channels).fill(false)
    this.#ended = new Array<boolean>(channels).fill(false)
    this.#missing = channels
  }

  get allEnded(): boolean {
    return this.#ended.every(Boolean)
  }

  /**
   * A channel brought a barrier. 'complete': it was the last one. 'wait': hold the channel back until the others have brought theirs.
   * 'restart': the same, but a newer checkpoint replaces one that was given up, so channels held for that one are to be read again.
   * 'stale': of a checkpoint that was given up.
   */
  barrier(channel: number, checkpointId: number): 'complete' | 'wait' | 'restart' | 'stale' {
    if (checkpointId <= this.#completedId || checkpointId < this.#checkpointId) return 'stale'
    const restarts = this.#checkpointId !== 0 && checkpointId !== this.#checkpointId
    if (checkpointId !== this.#checkpointId) this.#begin(checkpointId)
    if (!this.#arrived[channel]) this.#missing--
    this.#arrived[channel] = true
    if (this.#complete()) return 'complete'
    return restarts ? 'restart' : 'wait'
  }

  /**
   * A channel ended. Returns the checkpoint whose snapshot is due by that, or 0.
   *
   * @param asked a checkpoint whose barrier no channel can bring any more once all have ended: then its snapshot is due; 0 for none
   */
  end(channel: number, asked = 0): number {
    this.#ended[channel] = true
    if (this.#checkpointId === 0) return this.#endOfAll(asked)
    if (this.#arrived[channel]) return 0
    this.#missing--
    const checkpointId = this.#checkpointId
    return this.#complete() ? checkpointId : 0
  }

  /**
   * A checkpoint was given up: its barriers that are still on their way count no more. True when channels that are held for it, or for an earlier one, are to be read
   * again.
   */
  abandon(checkpointId: number): boolean {
    this.#completedId = Math.max(this.#completedId, checkpointId)
    if (this.#checkpointId === 0 || this.#checkpointId > checkpointId) return false
    this.#checkpointId = 0
    this.#arrived.fill(false)
    return true
  }

  #endOfAll(asked: number): number {
    if (asked <= this.#completedId || !this.allEnded) return 0
    this.#completedId = asked
    this.tookMs = 0
    return asked
  }

  #begin(checkpointId: number): void {
    this.#checkpointId = checkpointId
    this.#beganMs = this.#clock.monotonicMs()
    this.#arrived.fill(false)
    this.#missing = this.#ended.filter((ended) => !ended).length
  }

  #complete(): boolean {
    if (this.#missing > 0) return false
    this.#completedId = this.#checkpointId
    this.tookMs = this.#clock.monotonicMs() - this.#beganMs
    this.#checkpointId = 0
    this.#arrived.fill(false)
    return true
  }
}
