import { BOARD_PAUSE_MS_MIN, BOARD_SHARE_MIN } from './turn-limits.ts'

const BUSY_MICROSECONDS = 0
const POLITE_WORKERS = 1

/** Shared by the runs of a process. */
export function createJobBoard(): SharedArrayBuffer {
  return new SharedArrayBuffer(8)
}

/**
 * What a worker does about workers of other jobs in its process: tells them how busy it is, or gives way to those that are. For systems on which threads have no priorities
 * of their own.
 */
export interface Manners {
  /** It was busy for so long. Returns how long it is to pause now, in ms. */
  worked(ms: number): number
}

/** Of a job that others give way to. Costs a load a turn while nobody has to. */
export class BusyWorker implements Manners {
  readonly #board: Int32Array

  constructor(board: SharedArrayBuffer) {
    this.#board = new Int32Array(board)
  }

  worked(ms: number): number {
    if (Atomics.load(this.#board, POLITE_WORKERS) > 0) Atomics.add(this.#board, BUSY_MICROSECONDS, Math.round(ms * 1000))
    return 0
  }
}

/**
 * Pauses for as long as the others were busy since it last looked, divided by the cores that there are for them: beside one that takes a part of a core that is little, beside one that takes all of
 * it each pause is longer than the last, up to the bound that keeps a twentieth of a core for this one.
 */
export class PoliteWorker implements Manners {
  readonly #board: Int32Array
  readonly #cores: number
  #seen: number
  /** Pauses that were too short to make. */
  #owedMs = 0

  constructor(board: SharedArrayBuffer, cores: number) {
    this.#board = new Int32Array(board)
    this.#cores = cores
    Atomics.add(this.#board, POLITE_WORKERS, 1)
    this.#seen = Atomics.load(this.#board, BUSY_MICROSECONDS)
  }

  worked(ms: number): number {
    const busy = Atomics.load(this.#board, BUSY_MICROSECONDS)
    const othersMs = ((busy - this.#seen) >>> 0) / 1000 / this.#cores
    this.#seen = busy
    this.#owedMs += Math.min(othersMs, ms / BOARD_SHARE_MIN - ms)
    if (this.#owedMs < BOARD_PAUSE_MS_MIN) return 0
    const pauseMs = this.#owedMs
    this.#owedMs = 0
    return pauseMs
  }

  leave(): void {
    Atomics.sub(this.#board, POLITE_WORKERS, 1)
  }
}
