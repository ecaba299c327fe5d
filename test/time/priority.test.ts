import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { prioritize } from '../../actors/prioritize.ts'
import { systemClock } from '../../src/core/clock.ts'
import { defineJob } from '../../src/index.ts'
import type { OperatorContext } from '../../src/index.ts'
import { ActorTime } from '../../src/actor/actor-time.ts'
import type { ActorParts } from '../../src/actor/actor-parts.ts'
import { Mailbox } from '../../src/channel/mailbox.ts'
import type { Outbox } from '../../src/channel/outbox.ts'
import { FrameKind } from '../../src/ring/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { PriorityBuffer } from '../../src/time/priority-buffer.ts'

interface Row {
  readonly n: number
  readonly level: number
  readonly key: number
}

interface Config {
  readonly count: number
  readonly levels: number
  readonly bufferRecords: number
  readonly failAt?: number
}

let failed = false

const rowOf = (n: number, levels: number): Row => ({ n, level: ((n * 7919) % 11) % levels, key: n % 5 })

const job = defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const { count, levels, bufferRecords, failAt = -1 } = config
    const rows = source.generate('rows', { count, splits: 2, make: (n) => rowOf(n, levels), eventTime: ({ n }) => n })
    const first = rows.prioritize(({ level }) => level, { levels, bufferRecords })
    const checked = first.tap(({ n }) => {
      if (n !== failAt || failed) return
      failed = true
      throw new Error('the planned failure')
    })
    const merged = checked.mergeByTime({ bufferRecordsMax: 1_000_000 })
    return { first: checked, merged }
  },
})

async function run(config: Config, options: object = {}) {
  failed = false
  return simulate(job, { config, workers: 2, batchRecords: 64, checkpointIntervalMs: 5, ...options })
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

test('no watermark passes a record of whatever level: merged by time, every record is there, in order', async () => {
  for (const seed of [1, 2, 3]) {
    const { outlets } = await run({ count: 4_000, levels: 3, bufferRecords: 500 }, { seed })
    expect(outlets.merged.map(({ n }) => n)).toEqual(numbers(4_000))
  }
})

test('records of one key and level keep their order', async () => {
  for (const seed of [4, 5]) {
    const { outlets } = await run({ count: 4_000, levels: 3, bufferRecords: 500 }, { seed, workers: 1 })
    const last = new Map<string, number>()
    for (const { n, level, key } of outlets.first) {
      expect(n).toBeGreaterThan(last.get(`${key} ${level}`) ?? -1)
      last.set(`${key} ${level}`, n)
    }
    expect(outlets.first.length).toBe(4_000)
  }
})

test('a crash loses nothing and repeats nothing that was behind a checkpoint', async () => {
  for (const seed of [6, 7, 8]) {
    const { outlets, restarts } = await run({ count: 4_000, levels: 2, bufferRecords: 300, failAt: 3_000 }, { seed })
    expect(restarts).toBe(1)
    // What a watermark had overtaken would have been dropped as late.
    expect([...new Set(outlets.merged.map(({ n }) => n))].toSorted((a, b) => a - b)).toEqual(numbers(4_000))
  }
})

describe('the operator', () => {
  function create(levels: number, batchRecords: number) {
    const out: number[] = []
    const context = { batchRecords, watermark: () => -Infinity, emit: (n: unknown) => out.push(n as number) } as unknown as OperatorContext
    const actor = prioritize.create!({ fn: (n: number) => n % levels, levels, bufferRecords: 1_000 }, context)
    return { actor, out }
  }

  test('takes in what has come before it passes anything on, then the urgent ones first', () => {
    const { actor, out } = create(2, 100)
    for (let i = 0; i < 400; i++) actor.process!(2 * i, NaN)
    for (let i = 0; i < 95; i++) actor.process!(2 * i + 1, NaN)
    expect([actor.ready!(), out.length, actor.holdsBack]).toEqual([true, 0, true])
    actor.flush!(false)
    expect([out.filter((n) => n % 2 === 1).length, out.filter((n) => n % 2 === 0).length]).toEqual([95, 5])
  })

  test('keeps no more than its bound', () => {
    const { actor, out } = create(2, 100)
    for (let i = 0; i < 1_000; i++) actor.process!(i, NaN)
    expect([actor.ready!(), out.length]).toEqual([true, 100])
  })

  test('stands still at a barrier until all has left, batch by batch', () => {
    const { actor, out } = create(3, 100)
    for (let i = 0; i < 250; i++) actor.process!(i, NaN)
    actor.flush!(true)
    const left: number[] = []
    while (!actor.ready!()) {
      expect(actor.wakeAtMs).toBe(0)
      actor.onTime!(0)
      left.push(out.length)
    }
    expect(left).toEqual([100, 200, 250])
    expect(actor.wakeAtMs).toBe(Infinity)
  })

  test.each([[-1], [2], [0.5], [NaN], ['1'], [undefined]])('refuses the level %j', (level) => {
    const actor = prioritize.create!({ fn: () => level, levels: 2, bufferRecords: 10 }, {} as OperatorContext)
    expect(() => actor.process!({}, NaN)).toThrow(expect.objectContaining({ code: 'MR_PRIORITY_INVALID' }))
    expect(actor.holdsBack).toBe(false)
  })
})

describe('the buffer', () => {
  const script = fc.array(
    fc.oneof(fc.record({ level: fc.nat(3) }), fc.record({ take: fc.integer({ min: 1, max: 40 }) }), fc.constant({ mark: true })),
    { maxLength: 300 },
  )

  test('keeps order within a level, gives each level that waits its share, and holds watermarks back for as long as it has to', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const buffer = new PriorityBuffer(4)
        const waiting: { n: number; segment: number }[][] = [[], [], [], []]
        const passedOver = [0, 0, 0, 0]
        let [n, marks] = [0, 0]
        for (const step of steps) {
          if ('level' in step) {
            waiting[step.level]!.push({ n, segment: marks })
            buffer.add(step.level, { n: n++, level: step.level }, n)
          } else if ('mark' in step) buffer.addWatermark(++marks)
          else
            for (let i = 0; i < step.take && buffer.take(); i++) {
              const { n: taken, level } = buffer.record as { n: number; level: number }
              expect(waiting[level]!.shift()!.n).toBe(taken)
              for (const other of numbers(4))
                passedOver[other] = other === level || waiting[other]!.length === 0 ? 0 : passedOver[other]! + 1
              expect(Math.max(...passedOver)).toBeLessThan(20)
            }
          const first = Math.min(marks, ...waiting.flat().map(({ segment }) => segment))
          expect(buffer.releasedWatermark).toBe(first === 0 ? -Infinity : first)
          expect(buffer.size).toBe(waiting.flat().length)
        }
      }),
    )
  })

  test('while there is a backlog, the lowest of two levels gets 5 % and the higher one the rest', () => {
    const buffer = new PriorityBuffer(2)
    for (let n = 0; n < 1_000; n++) for (const level of [0, 1]) buffer.add(level, level, 0)
    const taken = [0, 0]
    for (let n = 0; n < 1_000; n++) {
      buffer.take()
      taken[buffer.record as number]!++
    }
    expect(taken).toEqual([50, 950])
  })
})

test('word of an idle input waits for the records that came before it', () => {
  const told: boolean[] = []
  const head = { holdsRecords: true, releasedWatermark: -Infinity }
  const outbox = { idle: (idle: boolean) => told.push(idle) } as unknown as Outbox
  const operators = [{ name: 'head', actor: head, blame: (error: unknown) => error }]
  const parts = { index: 0, parallelism: 1, mailbox: new Mailbox(1, 1024), clock: systemClock, operators, outboxes: [outbox], splits: null }
  const time = new ActorTime(parts as unknown as ActorParts, () => {})
  time.receive(FrameKind.idle, 0, 0)
  expect([time.release(), told]).toEqual([false, []])
  head.holdsRecords = false
  expect([time.release(), told]).toEqual([false, [true]])
})

test.each([
  [{ levels: 1 }, /levels=1/],
  [{ levels: 11 }, /levels=11/],
  [{ levels: 2, bufferRecords: 0 }, /bufferRecords=0/],
  [{}, /levels=undefined/],
])('refused: %j', async (options, message) => {
  const refused = defineJob(import.meta, {
    build: ({ source }) => ({ out: source.generate('rows', { count: 1, make: (n) => n }).prioritize(() => 0, options as never) }),
  })
  await expect(refused.buildGraph(undefined as never)).rejects.toMatchObject({
    code: 'MR_OPTION_INVALID',
    message: expect.stringMatching(message),
  })
})
