/** Time as the engine sees it. The host gives it: real in threads, virtual in simulation. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). May jump when the machine's clock is set. */
  nowMs(): number
  /** Milliseconds since some fixed instant, with fractions. Never goes back: for durations and deadlines. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
