import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyTable } from '../../src/state/key-table.ts'
import { StateJournal } from '../../src/state/state-journal.ts'
import { loadTimers, saveTimers } from '../../src/time/timer-chunks.ts'
import { Timers } from '../../src/time/timers.ts'

interface Timer {
  readonly key: string
  readonly time: number
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const time = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(-5.5, 0.25, 1.6e12, 1.6e12 + 1, -0))
const move = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('set' as const), key, time, fails: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), key, time, fails: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('fire' as const), until: fc.integer({ min: -1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('rescale' as const), instances: fc.integer({ min: 1, max: 3 }) }) },
)

const GROUPS = 8

class Instance {
  readonly keys = new KeyTable()
  readonly timers = new Timers(this.keys)

  fire(until: number): Timer[] {
    const fired: Timer[] = []
    while (this.timers.firstMs <= until && this.timers.size > 0) {
      fired.push({ key: this.keys.keyAt(this.timers.firstSlot) as string, time: this.timers.firstMs })
      this.timers.shift()
    }
    this.keys.sweep()
    return fired
  }
}

describe('timers', () => {
  test('fire as a sorted list says, each (key, time) once, also after checkpoints and undone calls', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 150 }), (moves) => {
        let instances = [new Instance()]
        let ordered = true
        let oracle: Timer[] = []
        for (const step of moves) {
          if (step.type === 'fire') {
            const due = oracle.filter((timer) => timer.time <= step.until).sort((a, b) => a.time - b.time)
            oracle = oracle.filter((timer) => timer.time > step.until)
            const fired = instances.map((instance) => instance.fire(step.until))
            for (const some of fired) expect(some).toEqual([...some].sort((a, b) => a.time - b.time))
            // Between instances there is no order, and after they were mixed none between timers of one time.
            if (ordered) expect(fired[0]).toEqual(due)
            else expect(inAnyOrder(fired.flat())).toEqual(inAnyOrder(due))
          } else if (step.type === 'rescale') {
            instances = rescaled(instances, step.instances)
            ordered = instances.length === 1 && ordered
          } else oracle = change(instances, step, oracle)
          expect(instances.reduce((sum, { timers }) => sum + timers.size, 0)).toBe(oracle.length)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('200,000 come out by time', () => {
    const { keys, timers } = new Instance()
    const slot = keys.slotOf(1)
    for (let n = 0; n < 200_000; n++) timers.set(slot, Math.imul(n, 0x9e3779b1) >>> 8)
    let last = -Infinity
    let wrong = 0
    while (timers.size > 0) {
      if (timers.firstMs < last) wrong++
      last = timers.firstMs
      timers.shift()
    }
    expect(wrong).toBe(0)
  })
})

type Change = { readonly type: 'set' | 'delete'; readonly key: string; readonly time: number; readonly fails: boolean }

function change(instances: readonly Instance[], { type, key: name, time: at, fails }: Change, oracle: readonly Timer[]): Timer[] {
  const { keys, timers } = instances.find((instance) => instance.keys.find(name) !== -1) ?? instances[0]!
  const journal = fails ? new StateJournal() : null
  const slot = keys.slotOf(name)
  const known = oracle.some((timer) => timer.key === name && timer.time === at)
  if (type === 'set') timers.set(slot, at, journal)
  else expect(timers.delete(slot, at, journal)).toBe(known)
  journal?.rollback()
  if (fails) return [...oracle]
  const others = oracle.filter((timer) => timer.key !== name || timer.time !== at)
  if (type === 'delete') return others
  // -0 is 0.
  return known ? [...oracle] : [...others, { key: name, time: at + 0 }]
}

function rescaled(instances: readonly Instance[], count: number): Instance[] {
  const next = Array.from({ length: count }, () => new Instance())
  for (const { keys, timers } of instances) {
    for (const [group, bytes] of saveTimers(timers, keys, GROUPS)) {
      const target = next[group % count]!
      loadTimers(target.timers, target.keys, bytes)
    }
  }
  return next
}

function inAnyOrder(timers: readonly Timer[]): string[] {
  return timers.map((timer) => `${timer.key}@${timer.time}`).sort()
}
