import { describe, expect, test } from 'vitest'
import { type Processed, type StateSpec, defineJob, inlet, list, recordsOf, value } from '../../src/index.ts'
import type { ActorContext, KeyedStream, NoOutputs } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'

interface Row {
  readonly key: string
  readonly n: number
}

const ROWS: readonly Row[] = Array.from({ length: 40 }, (_, n) => ({ key: `k${n % 3}`, n }))

type Built = Processed<number, NoOutputs>

const jobOf = (build: (rows: KeyedStream<Row, string>) => Built) =>
  defineJob(import.meta, {
    name: 'misuse',
    inlets: { rows: inlet<Row>({ eventTime: ({ n }) => n }) },
    build: ({ inlets }) => ({ out: build(inlets.rows.keyBy('key')) }),
  })

const failureOf = (build: (rows: KeyedStream<Row, string>) => Built): Promise<unknown> =>
  runToEnd(jobOf(build), { rows: ROWS }, { restart: { maxRestarts: 0 } }).then(
    () => null,
    (error: unknown) => error,
  )

const states = { sum: value<number>() }
type Ctx = ActorContext<string, typeof states, number>

describe('the context of an actor', () => {
  test('ends with the call: a method that is async is refused, with what to use instead', async () => {
    const late = (rows: KeyedStream<Row, string>): Built =>
      rows.process({
        state: states,
        emits: recordsOf<number>(),
        onRecord: (async (_row: Row, ctx: Ctx) => {
          await Promise.resolve()
          ctx.state.sum.set(1)
        }) as (row: Row, ctx: Ctx) => void,
      })
    expect(await failureOf(late)).toMatchObject({
      code: 'MR_CONTEXT_CLOSED',
      message: expect.stringMatching(/promise/),
      operator: 'process-1',
    })
  })

  const kept: readonly (readonly [string, (ctx: Ctx) => unknown])[] = [
    ['state', (ctx) => ctx.state.sum.get()],
    ['emit', (ctx) => ctx.emit(1)],
    ['timers', (ctx) => ctx.timers.event.set(1)],
    ['key', (ctx) => ctx.key],
    ['time', (ctx) => ctx.watermark],
  ]
  test.each(kept)('that is kept gives no %s after the call', async (_, use) => {
    let first: Ctx | undefined
    let thrown: unknown
    const keeps = (rows: KeyedStream<Row, string>): Built =>
      rows.process({
        state: states,
        emits: recordsOf<number>(),
        onRecord(_row, ctx) {
          first ??= ctx
        },
        onStop() {
          try {
            use(first!)
          } catch (error) {
            thrown = error
          }
        },
      })
    expect(await failureOf(keeps)).toBeNull()
    expect(thrown).toMatchObject({ code: 'MR_CONTEXT_CLOSED' })
  })

  test('of a broadcast record has no keyed state', async () => {
    const job = defineJob(import.meta, {
      name: 'broadcast',
      inlets: { rows: inlet<Row>() },
      build: ({ inlets }) => {
        let keyed: Ctx | undefined
        const out = inlets.rows
          .keyBy('key')
          .connectBroadcast(inlets.rows)
          .process({
            state: states,
            broadcast: { last: value<Row>() },
            emits: recordsOf<number>(),
            onRecord(_row, ctx) {
              keyed = ctx
            },
            onBroadcast() {
              keyed?.state.sum.set(1)
            },
          })
        return { out }
      },
    })
    const run = runToEnd(job, { rows: ROWS }, { workers: 1, batchRecords: 4, restart: { maxRestarts: 0 } })
    await expect(run).rejects.toMatchObject({ code: 'MR_CONTEXT_CLOSED', message: expect.stringMatching(/need a key/) })
  })
})

describe('an actor is refused when it is described:', () => {
  const refusals: readonly (readonly [string, unknown, string, RegExp])[] = [
    ['without its method', {}, 'MR_GRAPH_INVALID', /onRecord/],
    ['that is none', 7, 'MR_GRAPH_INVALID', /number/],
    ['made to be nothing', () => undefined, 'MR_GRAPH_INVALID', /undefined/],
    ['with a timer method that is none', { onRecord: () => {}, onTimer: 5 }, 'MR_GRAPH_INVALID', /onTimer/],
    ['with a state that is none', { onRecord: () => {}, state: { a: {} } }, 'MR_GRAPH_INVALID', /state "a"/],
    ['with a state of no name', { onRecord: () => {}, state: { '1 a': value() } }, 'MR_GRAPH_INVALID', /1 a/],
    ['with a time to live of nothing', { onRecord: () => {}, state: { a: value({ ttl: { ms: 0 } }) } }, 'MR_OPTION_INVALID', /ttl\.ms=0/],
    [
      'with a refresh that is none',
      { onRecord: () => {}, state: { a: list({ ttl: { ms: 1, refresh: 'onRead' as never } }) } as Record<string, StateSpec<unknown>> },
      'MR_OPTION_INVALID',
      /refresh=onRead/,
    ],
    ['with a version that is none', { onRecord: () => {}, state: { a: value({ version: 0 }) } }, 'MR_OPTION_INVALID', /version=0/],
  ]
  test.each(refusals)('%s', async (_, actor, code, message) => {
    const described = jobOf((rows) => rows.process(actor as never)).buildGraph({})
    await expect(described).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

test('under onError, a record on which an actor throws leaves state, timers and outputs as they were', async () => {
  const job = jobOf((rows) =>
    rows.process(
      {
        state: { sum: value<number>({ default: 0 }), all: list<number>() },
        emits: recordsOf<number>(),
        onRecord({ n }, ctx) {
          ctx.state.sum.update((sum) => sum + n)
          ctx.state.all.add(n)
          ctx.timers.event.delete(1_000)
          ctx.timers.event.set(1_000 + n)
          ctx.emit(-1 - n)
          if (n % 4 === 3) throw new Error('a bad record')
        },
        onTimer(time, ctx) {
          const all = ctx.state.all.get()
          if (time === 1_000 + all.at(-1)!) ctx.emit(ctx.state.sum.get())
          else if (!all.includes(time - 1_000)) throw new Error(`a timer of a bad record: ${time}`)
        },
      },
      { onError: 'skip' },
    ),
  )
  for (const workers of [1, 2]) {
    const { out } = await runToEnd(job, { rows: ROWS }, { workers })
    const good = ROWS.filter(({ n }) => n % 4 !== 3)
    const sums = ['k0', 'k1', 'k2'].map((key) => good.filter((row) => row.key === key).reduce((sum, { n }) => sum + n, 0))
    const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b)
    expect(ascending(out)).toEqual(ascending([...good.map(({ n }) => -1 - n), ...sums]))
  }
})
