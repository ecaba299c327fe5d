import type { Trigger } from '../../src/index.ts'
import type { WindowSpec } from '../../src/time/window-assigners.ts'
import { Windows } from '../../src/time/windows.ts'

/** What was done: a firing as `[key start..end) records`, a late record as `late record`. */
export interface Driver {
  /** A record of a key, at its own event time. */
  add(record: string, timestamp: number, key?: string): string[]
  watermark(to: number): string[]
  clock(nowMs: number): string[]
  end(): string[]
  readonly panes: number
}

export interface DriverOptions {
  readonly windows: WindowSpec
  readonly trigger: Trigger
  readonly time?: 'event' | 'processing'
  readonly allowedLatenessMs?: number
}

/** Windows of texts, one step at a time. */
export function drive({ windows, trigger, time = 'event', allowedLatenessMs = 0 }: DriverOptions): Driver {
  let said: string[] = []
  let nowMs = 0
  const it = new Windows<string[], string>({
    windows,
    trigger,
    time,
    allowedLatenessMs,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    contents: { add: (list = [], record) => [...list, record], merge: (a, b) => [...a, ...b], copy: (list) => list },
    undoes: false,
    fire: ({ key, start, end, contents }) => void said.push(`[${String(key)} ${start}..${end}) ${contents!.join(' ')}`),
    late: (record) => void said.push(`late ${record}`),
  })
  const after = (act: () => void): string[] => {
    said = []
    act()
    return said
  }
  const all = (step: () => boolean): void => {
    while (!step());
  }
  return {
    add: (record, timestamp, key = 'k') => after(() => it.add(key, record, timestamp)),
    watermark: (to) => after(() => all(() => it.advance(to, 1))),
    clock: (to) =>
      after(() => {
        nowMs = to
        while (it.wakeAtMs <= to) it.advanceClock(to, 1)
      }),
    end: () => after(() => (all(() => it.advance(Infinity, 1)), all(() => it.finish(1)))),
    get panes() {
      let panes = 0
      it.forEach(() => panes++)
      return panes
    },
  }
}
