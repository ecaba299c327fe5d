/** What one thread of a test is to do. */
export interface ThreadJob {
  readonly role: 'send' | 'receive'
  readonly ring: SharedArrayBuffer
  readonly bells: SharedArrayBuffer
  /** Int32 words: {@link COUNTED}, {@link UNTIL}, then from {@link FIRST_DELIVERY} on how often each frame was received. */
  readonly progress: SharedArrayBuffer
  readonly seed: number
  readonly payloadBytesMax: number
  /** Send every payload in fragments where needed. */
  readonly fragments: boolean
  readonly sleep: 'sleep' | 'sleepAsync'
  /** Longest random pause before each frame or drain, in turns of an empty loop; 0 = none. */
  readonly pauseTurnsMax: number
  /**
   * At every so many frames the sender waits until the receiver is asleep, and halfway between until the sender is, the receiver: so that
   * there are sleeps to be ended, however the threads are scheduled. 0 = never; else far more than fit into the ring.
   */
  readonly framesBetweenSleeps: number
  /** Number of the first frame; a receiver given -1 begins with what it finds. */
  readonly from: number
}

export interface ThreadResult {
  readonly faults: readonly string[]
  readonly sleeps: { readonly work: number; readonly rung: number; readonly overslept: number }
}

export const SENDER = 0
export const RECEIVER = 1
/** Frames that the sender has counted as sent: at most one fewer than published. */
export const COUNTED = 0
/** Number of the frame before which both threads end; may change while they run. */
export const UNTIL = 1
export const FIRST_DELIVERY = 2

/** Long beside any wake-up: a sleep that takes half of it has lost its own. */
export const SLEEP_MS = 8_000
