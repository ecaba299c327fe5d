import type { OperatorDefinition } from '../../src/index.ts'

/** One step of a worker. */
export interface Step {
  readonly level: number
  readonly ms: number
}

/** The smallest share of a level in any stretch of so much busy time that begins with a step. */
export function leastShare(steps: readonly Step[], level: number, stretchMs: number): number {
  let [least, all, own, to] = [Infinity, 0, 0, 0]
  for (const first of steps) {
    for (; to < steps.length && all < stretchMs; to++) {
      all += steps[to]!.ms
      if (steps[to]!.level === level) own += steps[to]!.ms
    }
    if (all < stretchMs) break
    // The last step may reach beyond.
    const last = steps[to - 1]!
    least = Math.min(least, (own - (last.level === level ? all - stretchMs : 0)) / stretchMs)
    all -= first.ms
    if (first.level === level) own -= first.ms
  }
  if (least > 1) throw new Error(`there are not ${stretchMs} ms of steps`)
  return least
}

/** Takes its time, by the virtual clock, for each record, and notes it. */
export function working(steps: Step[]): OperatorDefinition {
  return {
    kind: 'working',
    create: ({ level }, { clock, emit }) => ({
      process: (record, timestamp) => {
        const from = clock.monotonicMs()
        for (let i = 0; i < 8; i++) clock.monotonicMs()
        steps.push({ level: level as number, ms: clock.monotonicMs() - from })
        if (record === -1) emit(record, timestamp)
      },
    }),
  }
}
