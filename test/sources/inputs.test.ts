import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { iterableSource } from '../../actors/iterable-source.ts'
import { READ_AHEAD_BATCHES_MAX } from '../../src/limits.ts'
import { drive } from './drive.ts'

const numbers = Array.from({ length: 100 }, (_, n) => n)

async function* generated(): AsyncGenerator<number> {
  for (const n of numbers) yield n
}

const kinds: Record<string, () => unknown> = {
  array: () => numbers,
  generator: () => numbers.values(),
  'async generator': generated,
  promise: () => Promise.resolve(numbers),
  'promise of an async generator': async () => generated(),
  'Node.js stream': () => Readable.from(numbers),
  'web stream': () => ReadableStream.from(numbers),
}

const loopTurns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

describe.each(Object.entries(kinds))('%s', (_, open) => {
  test('is read to its end, in batches', async () => {
    const { records, run } = await drive(iterableSource, { open, resume: 'skip' })
    await run()
    expect(records).toEqual(numbers)
  })

  test.each([0, 1, 37, 100])('goes on behind %i records', async (position) => {
    const chunks = [{ scope: 'split', id: 0, value: { position } } as const]
    const { records, run, actor } = await drive(iterableSource, { open, resume: 'skip' }, { chunks })
    await run()
    expect(records).toEqual(numbers.slice(position))
    expect(actor.snapshot!(1)[0]!.value).toEqual({ position: 100 })
  })
})

test('open(position) that seeks is not skipped; one that is live goes on with what comes', async () => {
  const chunks = [{ scope: 'split', id: 0, value: { position: 90 } } as const]
  const seeking = await drive(iterableSource, { open: (position: number) => numbers.slice(position), resume: 'seek' }, { chunks })
  await seeking.run()
  expect(seeking.records).toEqual(numbers.slice(90))
  const live = await drive(iterableSource, { open: () => ['new'], resume: 'live' }, { chunks })
  await live.run()
  expect(live.records).toEqual(['new'])
})

describe('what fails', () => {
  const failing: Record<string, () => unknown> = {
    'open()': () => {
      throw new RangeError('planned')
    },
    'a promise of open()': () => Promise.reject(new RangeError('planned')),
    'a generator': function* () {
      yield* [1, 2, 3]
      throw new RangeError('planned')
    },
    'an async generator': async function* () {
      yield* [1, 2, 3]
      throw new RangeError('planned')
    },
    'a Node.js stream': () => Readable.from(failing['an async generator']!() as AsyncIterable<number>),
    'a web stream': () => ReadableStream.from(failing['an async generator']!() as AsyncIterable<number>),
  }

  test.each(Object.entries(failing))('%s: the records before come out, then a coded error with place and cause', async (name, open) => {
    const { records, run } = await drive(iterableSource, { open, resume: 'skip' })
    const place = name.includes('open') ? 0 : 3
    await expect(run()).rejects.toMatchObject({
      code: 'MR_SOURCE_FAILED',
      message: expect.stringContaining(`behind record ${place}: planned`) as string,
      cause: expect.any(RangeError) as RangeError,
    })
    expect(records).toHaveLength(place)
  })

  test.each([
    ['a number', () => 7],
    ['nothing', () => undefined],
    ['an object', async () => ({})],
  ])('%s is no input', async (_, open) => {
    const { run } = await drive(iterableSource, { open, resume: 'skip' })
    await expect(run()).rejects.toMatchObject({
      code: 'MR_SOURCE_FAILED',
      message: expect.stringContaining('neither an iterable nor a stream') as string,
    })
  })
})

describe('what was given before is refused, since its records are gone:', () => {
  const again: Record<string, () => unknown> = {
    generator: () => numbers.values(),
    'async generator': generated,
    'Node.js stream': () => Readable.from(numbers),
    'web stream': () => ReadableStream.from(numbers),
  }

  test.each(Object.entries(again))('%s', async (_, make) => {
    const input = make()
    const first = await drive(iterableSource, { open: () => input, resume: 'skip' })
    await first.run(() => first.records.length > 0)
    const second = await drive(iterableSource, { open: () => input, resume: 'skip' })
    await expect(second.run()).rejects.toMatchObject({
      code: 'MR_SOURCE_FAILED',
      message: expect.stringContaining('another one each time') as string,
    })
    await first.actor.close!()
    const third = await drive(iterableSource, { open: () => input, resume: 'skip' })
    await expect(third.run()).rejects.toMatchObject({ code: 'MR_SOURCE_FAILED' })
  })
})

describe('at the end of an attempt everything is closed', () => {
  test('generators between two records', async () => {
    let closed = 0
    const endless = function* () {
      try {
        for (;;) yield 1
      } finally {
        closed++
      }
    }
    const later = async function* () {
      yield* endless()
    }
    for (const open of [endless, later]) {
      const { actor, records, run } = await drive(iterableSource, { open, resume: 'skip' })
      await run(() => records.length > 20)
      await actor.close!()
    }
    await loopTurns()
    expect(closed).toBe(2)
  })

  test('streams that wait for input', async () => {
    const silent = new PassThrough({ objectMode: true })
    silent.write(1)
    let cancelled = false
    const web = new ReadableStream({
      start: (controller) => controller.enqueue(1),
      cancel: () => void (cancelled = true),
    })
    for (const open of [() => silent, () => web]) {
      const { actor, records, run } = await drive(iterableSource, { open, resume: 'skip' })
      await run(() => records.length > 0)
      expect(actor.poll!()).toBe('waiting')
      await actor.close!()
    }
    await loopTurns()
    expect(silent.destroyed).toBe(true)
    expect(cancelled).toBe(true)
  })

  test('a stream whose opening takes longer than the attempt', async () => {
    const late = new PassThrough({ objectMode: true })
    let resolve: (value: unknown) => void = () => {}
    const opening = new Promise((done) => (resolve = done))
    const { actor } = await drive(iterableSource, { open: () => opening, resume: 'skip' })
    expect(actor.poll!()).toBe('waiting')
    await actor.close!()
    resolve(late)
    await loopTurns()
    expect(late.destroyed).toBe(true)
  })
})

test('an async input is not pulled further ahead than a few batches of a chain that is held back', async () => {
  let pulled = 0
  const counting = async function* () {
    for (;;) yield pulled++
  }
  const { actor, records, run } = await drive(iterableSource, { open: counting, resume: 'skip' }, { batchRecords: 10 })
  await run(() => records.length >= 10)
  await loopTurns()
  await loopTurns()
  expect(pulled - records.length).toBeLessThanOrEqual((READ_AHEAD_BATCHES_MAX + 1) * 10 + 1)
  await actor.close!()
})
