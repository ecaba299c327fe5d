import { PassThrough, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { defineJob, sink, type SinkSpec } from '../../src/index.ts'
import { seeds, simulate, type SimulateOptions } from '../../src/testing/index.ts'

const COUNT = 1_500

function rowsInto(target: SinkSpec<number>, failAt = -1) {
  let failed = false
  return defineJob<Record<string, never>, {}>(import.meta, {
    name: 'streams',
    build: ({ source }) => {
      source
        .generate('rows', { count: COUNT, make: (n) => n })
        .tap((n) => {
          if (n !== failAt || failed) return
          failed = true
          throw new Error('planned')
        })
        .to(target)
      return {}
    },
  })
}

const all = Array.from({ length: COUNT }, (_, n) => n)
const run = (target: SinkSpec<number>, options: SimulateOptions, failAt?: number) =>
  simulate(rowsInto(target, failAt), { seed: 1, checkpointIntervalMs: 5, batchRecords: 64, ...options })

/** Remembers what has arrived, slowly; `most` is the largest number of writes that waited. */
function slowWritable(got: number[], seen: { most: number; ended: number }): Writable {
  let waiting = 0
  const writable = new Writable({
    objectMode: true,
    highWaterMark: 8,
    write(n: number, _encoding, done) {
      setImmediate(() => {
        got.push(n)
        waiting--
        done()
      })
    },
    final(done) {
      seen.ended++
      done()
    },
  })
  const write = writable.write.bind(writable) as (...args: unknown[]) => boolean
  writable.write = ((...args: unknown[]) => {
    waiting++
    seen.most = Math.max(seen.most, waiting)
    return write(...args)
  }) as never
  return writable
}

test.each(seeds(4))('a Node stream gets every record, is waited for and ended, with seed %s', async (seed) => {
  const got: number[] = []
  const seen = { most: 0, ended: 0 }
  await run(
    sink.nodeStream<number>(() => slowWritable(got, seen)),
    { seed },
  )
  expect(got.toSorted((a, b) => a - b)).toEqual(all)
  expect(seen.ended).toBe(2)
  // What the stream wants at once, and the rest of a batch.
  expect(seen.most).toBeLessThanOrEqual(8 + 64)
})

test.each(seeds(4))('a web stream gets every record, is waited for and closed, with seed %s', async (seed) => {
  const got: number[] = []
  let closed = 0
  const open = () =>
    new WritableStream<number>(
      {
        async write(n) {
          await turn()
          got.push(n)
        },
        close: () => void closed++,
      },
      { highWaterMark: 4 },
    )
  await run(sink.webStream<number>(open), { seed })
  expect(got.toSorted((a, b) => a - b)).toEqual(all)
  expect(closed).toBe(2)
})

test.each(seeds(4))('after a restart there is a new stream, and no record is lost, with seed %s', async (seed) => {
  const got: number[] = []
  const attempts: number[] = []
  const target = sink.nodeStream<number>(({ attempt }) => {
    attempts.push(attempt)
    return slowWritable(got, { most: 0, ended: 0 })
  })
  const { restarts } = await run(target, { seed }, 1_200)
  expect(restarts).toBe(1)
  expect(attempts).toEqual([1, 1, 2, 2])
  expect([...new Set(got)].toSorted((a, b) => a - b)).toEqual(all)
})

test('with a format, text is written', async () => {
  const lines = new PassThrough({ highWaterMark: 1 << 20 })
  const target = sink.nodeStream<number>(() => lines, { format: 'jsonLines' })
  await run(target, { workers: 1 })
  const text = (lines.read() as Buffer).toString()
  expect(text).toBe(all.map((n) => `${n}\n`).join(''))
})

test.each([
  [
    'a stream that breaks',
    () => new Writable({ objectMode: true, write: (_chunk, _encoding, done) => done(new Error('broken')) }),
    'broken',
  ],
  [
    'a stream that is closed by others',
    () =>
      new Writable({
        objectMode: true,
        write() {
          this.destroy()
        },
      }),
    'closed before its end',
  ],
  [
    'a function that throws',
    () => {
      throw new Error('cannot open')
    },
    'cannot open',
  ],
  ['a function that returns something else', () => ({}) as Writable, 'no Node stream'],
])('%s fails the job with MR_SINK_FAILED', async (_, open, text) => {
  const error = await run(sink.nodeStream<number>(open), { restart: { maxRestarts: 0 } }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_SINK_FAILED', operator: 'nodeStreamSink-1', message: expect.stringContaining(text) })
})

test('a Node stream whose write throws is given up at once: nobody waits for what it will never confirm', async () => {
  const throwing = new Writable({
    objectMode: true,
    write() {
      throw new Error('no write')
    },
  })
  const error = await run(
    sink.nodeStream<number>(() => throwing),
    { restart: { maxRestarts: 0 } },
  ).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_SINK_FAILED', message: expect.stringContaining('no write') })
  expect(throwing).toMatchObject({ destroyed: true, writableEnded: false })
})

test('a record that the stream does not take is refused', async () => {
  const target = sink.nodeStream<number>(() => new PassThrough())
  const error = await run(target, { restart: { maxRestarts: 0 } }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_RECORD_REFUSED', message: expect.stringContaining('text and bytes, not number') })
})

test('a web stream that breaks fails the job with MR_SINK_FAILED', async () => {
  const open = () => new WritableStream<number>({ write: () => Promise.reject(new Error('broken')) })
  const error = await run(sink.webStream<number>(open), { restart: { maxRestarts: 0 } }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_SINK_FAILED', operator: 'webStreamSink-1', message: expect.stringContaining('broken') })
})
