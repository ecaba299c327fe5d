/** Records that a careless encoder changes: they are the same when they come out of what an operator kept over a restart. */
import { expect, test } from 'vitest'
import { recordsOf, value, window } from '../../src/index.ts'
import { type KitBuilt, type KitContext, type Step, operatorKit } from '../../src/testing/index.ts'
import { canonical } from '../codec/expect-same.ts'

interface Odd {
  readonly key: string
  readonly it: unknown
}

const own = (name: string): object => Object.defineProperty({}, name, { value: 1, enumerable: true, configurable: true, writable: true })
const HOLED: unknown[] = [1]
HOLED[2] = 3
const ODD: readonly unknown[] = [
  -0,
  NaN,
  '\ud800',
  5n,
  -(2n ** 70n),
  undefined,
  HOLED,
  new Date(NaN),
  new Date(5),
  own('__proto__'),
  own('toJSON'),
  own('toString'),
  new Map([[own('toString'), -0]]),
  new Set(['\udc00']),
  new Float32Array([1, -0]),
  new BigInt64Array([-1n]),
]
const records: readonly Odd[] = ODD.map((it, i) => ({ key: `k${i % 2}`, it }))

const given = (input?: string): Step[] => records.map((record, i) => ({ record, timestamp: 10 + i, ...(input !== undefined && { input }) }))

/** Calls that are under way until the script lets them go. */
let letGo: (() => void)[] = []

const KEEPERS: Readonly<Record<string, readonly [(context: KitContext) => KitBuilt, readonly Step[]]>> = {
  mergeByTime: [({ input }) => input<Odd>().mergeByTime(), given()],
  'mapAsync, its calls under way': [
    ({ input }) => input<Odd>().mapAsync((record) => new Promise<Odd>((resolve) => letGo.push(() => resolve(record))), { inFlight: 100 }),
    [...given(), { call: () => letGo.splice(0).forEach((go) => go()) }],
  ],
  window: [
    ({ input }) =>
      input<Odd>()
        .keyBy('key')
        .window(window.tumbling({ sizeMs: 1_000 }))
        .process<Odd>((all, _, emit) => all.forEach(emit)),
    given(),
  ],
  intervalJoin: [
    ({ input }) =>
      input<Odd>('left')
        .keyBy('key')
        .intervalJoin(input<Odd>('right').keyBy('key'), { lowerMs: 0, upperMs: 0 }, (left) => left),
    [...given('left'), ...given('right')],
  ],
  state: [
    ({ input }) =>
      input<Odd>()
        .keyBy('key')
        .process({
          state: { last: value<Odd>() },
          emits: recordsOf<Odd>(),
          onRecord(record, { state, emit, timers, timestamp }) {
            const last = state.last.get()
            if (last !== undefined) emit(last)
            state.last.set(record)
            timers.event.set(timestamp + 1_000)
          },
          onTimer(time, { state, emit }) {
            if (time >= 1_000 + 10 + ODD.length - 2) emit(state.last.get()!)
          },
        }),
    given(),
  ],
}

const texts = (all: readonly Odd[]): string[] => all.map((record) => canonical(record)).sort()

test.each(Object.entries(KEEPERS))('%s', async (_, [build, steps]) => {
  letGo = []
  const { records: came } = await operatorKit(build, [...steps, { end: true }], { order: 'any', outsideWaitMs: 0, positionsMax: 12 })
  expect(texts((came as { out: Odd[] }).out)).toEqual(texts(records))
})
