import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MASKED, masked, secretsOf, withoutSecrets } from '../../src/core/mask.ts'
import { RunMeasures } from '../../src/control/run-stats.ts'
import { describeError } from '../../src/core/failure.ts'
import { systemClock } from '../../src/core/clock.ts'
import { planJob } from '../../src/graph/plan.ts'
import { type DeadLetter, type Job, defineJob } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'

const SECRET = 'jane@example.org'
const CARD = 4_111_111_111_111_111

interface Order {
  readonly id: number
  readonly email: string
  readonly cards: readonly { readonly number: number }[]
}

interface Hidden {
  readonly open?: number
  readonly email?: unknown
  readonly card?: unknown
}

function order(id: number): Order {
  return { id, email: SECRET, cards: [{ number: CARD }] }
}

function quoting({ email, cards, id }: Order): Order {
  if (id === 1) throw new TypeError(`no order of ${email}, ${JSON.stringify(cards)}`, { cause: new Error(email) })
  return order(id)
}

const mask = ['email', 'cards.number']

test('no masked field stands in a dead letter: neither in its record nor in the words and the stack of its error; outputs have it', async () => {
  const job = defineJob(import.meta, {
    mask,
    build: ({ source }) => {
      const orders = source.generate('orders', { count: 3, make: order }).map(quoting, { onError: 'deadLetter' })
      const lines = source.generate('lines', { count: 1, make: () => `{"email": ${SECRET}}` })
      const parsed = lines.map((line) => JSON.parse(line) as Order, { onError: 'deadLetter' })
      return { orders, letters: orders.deadLetters<Order>(), parsed, broken: parsed.deadLetters<string>() }
    },
  })
  const { orders, letters, broken } = await runToEnd(job)
  expect(orders).toEqual([order(0), order(2)])
  const shown = [...letters, ...broken] as DeadLetter[]
  expect(shown.map(({ record }) => record)).toEqual([{ id: 1, email: MASKED, cards: [{ number: MASKED }] }, MASKED])
  expect(letters[0]!.error).toMatchObject({ class: 'TypeError', message: `no order of ${MASKED}, [{"number":${MASKED}}]` })
  expect(broken[0]!.error.message).toBe(MASKED)
  expect(JSON.stringify(shown)).not.toMatch(/jane|example\.org|41111/)
  expect(letters[0]!.error.stack).toMatch(/\n\s+at .*mask\.test/)
})

const many = Array.from({ length: 2_000 }, (_, n) => `street ${n}`)
const born = new Date(Date.UTC(1984, 4, 3))

test.each([
  ['more values than are searched', { email: many }, () => many.at(-1)!],
  ['a date', { email: born }, () => born.toISOString()],
  ['a map', { email: new Map([['mail', SECRET]]) }, () => SECRET],
  ['a map on the way to it', { card: new Map([['number', SECRET]]) }, () => SECRET],
  ['bytes', { email: new TextEncoder().encode(SECRET) }, ({ email }: Hidden) => new TextDecoder().decode(email as Uint8Array)],
])('where masked fields hold %s, the words of the error are withheld as a whole, and its place is told', async (_what, hidden, words) => {
  const fail = (record: Hidden): Hidden => {
    throw new RangeError(`hidden is ${words(record)}`)
  }
  const job = defineJob(import.meta, {
    mask: ['email', 'card.number'],
    build: ({ source }) => {
      const made = source
        .generate('records', { count: 1, make: (): Hidden => ({ open: 1, ...hidden }) })
        .map(fail, { onError: 'deadLetter' })
      return { made, letters: made.deadLetters<Hidden>() }
    },
  })
  const { letters } = await runToEnd(job)
  expect(letters[0]!.error).toMatchObject({ class: 'RangeError', message: MASKED })
  expect(letters[0]!.error.stack).toMatch(/^RangeError: \*\*\*\n\s+at .*mask\.test/)
  expect(letters[0]!.record).toMatchObject({ open: 1 })
  expect(JSON.stringify(letters)).not.toMatch(/jane|street|1984/)
})

test('what cannot be read, or leads in a circle, has no secrets that could be told', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const wide = Array.from({ length: 40 }).reduce<unknown[]>((inner) => [inner, inner], ['leaf'])
  const unreadable = {
    get email(): string {
      throw new Error('no')
    },
  }
  for (const value of [{ email: circle }, { email: wide }, unreadable]) expect(secretsOf(value, [['email']])).toBeNull()
  expect(secretsOf({ email: [null, true, undefined, 'ab', 12345n, { in: 'side' }] }, [['email']])).toEqual(['12345', 'side'])
})

test('what user code throws in a job with masked fields is told without its words, and with its place', async () => {
  const job = (given: { readonly mask?: string[] }): Job =>
    defineJob(import.meta, {
      ...given,
      build: ({ source, sink }) =>
        source
          .generate('orders', { count: 3, make: order })
          .map(quoting, { name: 'quoting' })
          .to(sink.forEach(() => {})),
    }) as Job
  const failure = async (failing: Job) => describeError(await runToEnd(failing).catch((error: unknown) => error))
  expect(JSON.stringify(await failure(job({})))).toContain(SECRET)
  const hidden = await failure(job({ mask }))
  expect(JSON.stringify(hidden)).not.toMatch(/jane|example\.org|41111/)
  expect(JSON.stringify(hidden)).toMatch(/quoting.*mask\.test|mask\.test.*quoting/)
})

test('keys that statistics show are masked', async () => {
  const job = defineJob(import.meta, {
    mask,
    build: ({ source }) => ({ all: source.generate('orders', { count: 1, make: order }) }),
  }) as Job
  const plan = planJob(await job.buildGraph(undefined), { workers: 1, chaining: 'on' })
  const keys = [{ operator: 'sum', samples: 100, keys: [{ key: SECRET, share: 0.9, error: 0.01 }] }]
  const workers = [
    { worker: 0, busyShare: 0, actors: [{ id: 0, state: 'running', recordsIn: 1, keys, channels: [], outputs: [] }] },
  ] as never
  const measures = new RunMeasures({ options: { mailboxBytes: 1024 } as never, placement: {} as never }, systemClock)
  const shown = await measures.of(plan, workers)
  expect(shown.hotKeys).toMatchObject([{ operator: 'sum', keys: [{ key: MASKED, share: 0.9 }] }])
  expect(JSON.stringify(shown)).not.toContain('jane')
})

test('masks that are no lists of fields are refused', async () => {
  const job = defineJob(import.meta, { mask: ['a..b'], build: ({ source }) => ({ a: source.generate('a', { count: 1, make: order }) }) })
  await expect(job.buildGraph(undefined)).rejects.toThrow(/mask is not a list of fields/)
})

test('of any record, what a masked path leads to stands neither in the copy nor in a text that quoted it; the rest does, and the record stays as it is', () => {
  const word = fc.stringMatching(/^[a-z0-9]{3,12}$/)
  const leaf = fc.oneof(word, fc.integer({ min: 1000 }), fc.array(word, { maxLength: 2 }))
  const card = fc.record({ number: leaf })
  const record = fc.record({ open: fc.constant('open'), email: leaf, card: fc.oneof(card, fc.array(card)) })
  const paths = [['email'], ['card', 'number']]
  fc.assert(
    fc.property(record, (given) => {
      const before = structuredClone(given)
      const copy = masked(given, paths) as typeof given
      expect(given).toEqual(before)
      expect(copy.open).toBe('open')
      expect(copy.email).toBe(MASKED)
      for (const card of [copy.card].flat()) expect(card.number).toBe(MASKED)
      const values = [given.email, ...[given.card].flat().map(({ number }) => number)].flat().map(String)
      const left = withoutSecrets(`said of ${values.join(' and ')}`, secretsOf(given, paths)!)
      for (const value of values) expect(left).not.toContain(value)
    }),
  )
})
