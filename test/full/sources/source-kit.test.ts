import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { httpSource, webSocketSource } from '../../../src/connectors/http/index.ts'
import { parquetSource } from '../../../src/connectors/parquet/index.ts'
import { hashKey } from '../../../src/actor/operator-kit.ts'
import { FILE_GROUPS } from '../../../src/limits.ts'
import { fileSpec } from '../../../src/graph/file-options.ts'
import type { IterableOptions, SourceSpec } from '../../../src/index.ts'
import { type SourceKitResult, sourceKit } from '../../../src/testing/index.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'
import { type PlantedBug, splitSource } from './split-source.ts'

interface Row {
  readonly n: number
  readonly file: number
}

const FILES = 5
const ROWS: readonly Row[] = Array.from({ length: 240 }, (_, n) => ({ n, file: n % FILES }))
const runs = 10

/** Every step that there must be was crashed at, before and behind it, with an error and with the end of the process. */
function expectCrashesAt({ crashes }: SourceKitResult, steps: readonly string[]): void {
  for (const step of steps) expect(crashes[step], step).toBeGreaterThanOrEqual(4)
}

test('files by glob: a split each, shared by other numbers of instances, bad lines left out', async () => {
  const dir = temporaryDir()
  for (let file = 0; file < FILES; file++) {
    const lines = ROWS.filter((row) => row.file === file).map((row) => JSON.stringify(row))
    writeFileSync(join(dir, `${file}.jsonl`), `${lines.join('\nnot JSON\n')}\n`)
  }
  const spec = fileSpec('jsonLines', 'rows', { glob: join(dir, '*.jsonl') }, 'test')
  const source: SourceSpec<Row> = { kind: 'jsonLines', spec: { ...spec }, parallelism: 'workers', guarantee: 'exactly-once' }
  const options = { split: ({ file }: Row) => file, skipsBad: true, runs }
  expectCrashesAt(await sourceKit(() => ({ source }), ROWS, options), ['open', 'poll', 'snapshot', 'restore', 'record'])
})

/** The path of a file that has the split of another one. */
function besides(path: string): string {
  const groupOf = (each: string): number => (hashKey(each) >>> 0) % FILE_GROUPS
  for (let n = 0; ; n++) {
    const other = path.replace('.parquet', `-${n}.parquet`)
    if (groupOf(other) === groupOf(path)) return other
  }
}

test('Parquet files', async () => {
  const dir = temporaryDir()
  mkdirSync(dir, { recursive: true })
  for (let file = 0; file < FILES; file++) {
    const n = ROWS.filter((row) => row.file === file).map((row) => row.n)
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'n', data: n, type: 'INT32' }], rowGroupSize: [10] })
    writeFileSync(file === 1 ? besides(join(dir, '0.parquet')) : join(dir, `${file}.parquet`), Buffer.from(bytes))
  }
  const parse = ({ n }: Readonly<Record<string, unknown>>): Row => ROWS[n as number]!
  const source = parquetSource<Row>({ glob: join(dir, '*.parquet'), parse })
  expectCrashesAt(await sourceKit(() => ({ source }), ROWS, { split: ({ file }) => file, runs }), ['open', 'poll', 'restore', 'record'])
})

test.each(['skip', 'seek'] as const)('an iterable that goes on by %s reads a bounded number of records ahead', async (resume) => {
  const open = () => {
    let given = 0
    const spec: IterableOptions<Row> = {
      resume,
      open: async function* (position) {
        for (let n = resume === 'seek' ? position : 0; n < ROWS.length; n++) {
          given++
          yield ROWS[n]!
        }
      },
    }
    const source: SourceSpec<Row> = { kind: 'iterable', spec: { ...spec }, parallelism: 1, guarantee: 'exactly-once' }
    return { source, given: () => given }
  }
  const options = { split: () => 0, eventTime: ({ n }: Row) => n, aheadRecords: 100, runs }
  expectCrashesAt(await sourceKit(open, ROWS, options), ['poll', 'snapshot', 'restore', 'record'])
})

/** Posts all rows in batches, several at a time, until each is acknowledged, whoever is there. */
async function postAll(portOf: () => number, keys: boolean): Promise<void> {
  const batches = Array.from({ length: ROWS.length / 20 }, (_, i) => ROWS.slice(20 * i, 20 * (i + 1)))
  await Promise.all(
    batches.map(async (batch, i) => {
      const body = batch.map((row) => JSON.stringify(row)).join('\n')
      const headers = { 'Content-Type': 'application/x-ndjson', ...(keys && { 'Idempotency-Key': `batch-${i}` }) }
      for (;;) {
        const status = await fetch(`http://127.0.0.1:${portOf()}/`, { method: 'POST', headers, body }).then(
          (response) => response.status,
          () => 0,
        )
        if (status === 200) return
        if (![0, 408, 429, 503].includes(status)) throw new Error(`answered ${status}`)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }),
  )
}

test.each([
  { keys: true, guarantee: 'exactly-once' },
  { keys: false, guarantee: 'at-least-once' },
] as const)('requests by HTTP, with keys: $keys, count $guarantee', async ({ keys, guarantee }) => {
  const open = () => {
    let port = 1
    const source = httpSource<Row>({ port: 0, requestMs: 60_000, onListening: (address) => (port = address.port) })
    expect(source.guarantee).toBe('at-least-once')
    return { source: { ...source, guarantee }, over: postAll(() => port, keys) }
  }
  expectCrashesAt(await sourceKit(open, ROWS, { runs: 5 }), ['open', 'poll', 'snapshot', 'onCheckpointComplete', 'record'])
})

test('a feed by WebSocket that gives positions is read exactly once, though it closes its connections', async () => {
  const open = async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await new Promise((resolve) => server.once('listening', resolve))
    let connections = 0
    server.on('connection', (socket) =>
      socket.on('message', (text) => {
        const from = Number(String(text)) + 1
        // Before what was asked for, as feeds do that keep blocks of records.
        const rows = ROWS.slice(Math.max(0, from - 3), ++connections % 2 === 1 ? from + 60 : ROWS.length)
        for (const row of rows) socket.send(JSON.stringify(row))
        socket.close(rows.at(-1) === ROWS.at(-1) ? 1000 : 1001)
      }),
    )
    const { port } = server.address() as { port: number }
    const source = webSocketSource<Row>({
      url: `ws://127.0.0.1:${port}/feed`,
      greet: (position) => String(position ?? -1),
      position: ({ n }) => n,
      until: 'closed',
      waitingBytes: 500,
    })
    return { source, close: () => server.close() }
  }
  const options = { split: () => 0, eventTime: ({ n }: Row) => n, runs: 5 }
  expectCrashesAt(await sourceKit(open, ROWS, options), ['open', 'poll', 'snapshot', 'restore', 'record'])
})

test('a source as it should be passes', async () => {
  const options = { split: ({ file }: Row) => file, eventTime: ({ n }: Row) => n, runs }
  expectCrashesAt(await sourceKit(() => ({ source: splitSource(ROWS, FILES, null) }), ROWS, options), [
    'poll',
    'snapshot',
    'restore',
    'record',
  ])
})

const BROKEN: Readonly<Record<PlantedBug, RegExp>> = {
  'begins anew after a restart': /The source repeated \d+ records: .* It had crashed: (killed|threw) (before|after) \w+\(\) of instance/,
  'keeps a position that is too large': /The source lost \d+ records: .* It had crashed: /,
  'keeps positions by instance': /The source (lost|repeated) \d+ records: .* It had crashed: .*killed/,
  'forgets to open a split': /A record of \d+ ms came behind the watermark/,
  'does not say of which split records are': /A record of \d+ ms came behind the watermark/,
  'runs more than a batch': /One poll\(\) ran \d+ records, more than batchRecords=8/,
  'runs records outside of poll': /It called run\(\) outside of poll/,
  'lets two instances have a split': /Instances \d and \d both have split|The source repeated/,
  'waits without a wake': /did not call wake\(\)/,
  'reads all at once': /It has read \d+ records ahead, more than 50/,
  'swaps records': /The source gave .* of split \d where .* is next/,
}

/** Those of which only the watermark tells. */
const timed: readonly PlantedBug[] = ['does not say of which split records are', 'forgets to open a split']

test.each(Object.keys(BROKEN) as PlantedBug[])('a source that %s is found', async (bug) => {
  const open = () => {
    let given = 0
    return { source: splitSource(ROWS, FILES, bug, (count) => (given += count)), given: () => given }
  }
  const options = {
    split: ({ file }: Row) => file,
    ...(timed.includes(bug) && { eventTime: ({ n }: Row) => n }),
    stuckMs: 300,
    aheadRecords: 50,
  }
  await expect(sourceKit(open, ROWS, options)).rejects.toMatchObject({
    code: 'MR_SOURCE_BROKEN',
    message: expect.stringMatching(BROKEN[bug]),
  })
})
