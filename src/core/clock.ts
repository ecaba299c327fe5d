/** Time as the engine sees it. The host gives it: real in threads, virtual in simulation. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). May jump when the machine's clock is set. */
  nowMs(): number
  /** Milliseconds since some fixed instant, with fractions. Never goes back: for durations and deadlines. */
  monotonicMs(): number
}

/** When the wall clock shows what the other one shows at `monotonicMs`, unless it is set meanwhile. */
export function wallMsAt(clock: Clock, monotonicMs: number): number {
  return monotonicMs === Infinity ? Infinity : clock.nowMs() + monotonicMs - clock.monotonicMs()
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
