import { setImmediate as turn } from 'node:timers/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sink, type Upsert } from '../../../src/index.ts'
import { sinkKit, type SinkKitResult } from '../../../src/testing/index.ts'
import { linesOf, visibleFiles } from '../../sinks/part-files.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'
import { type PlantedBug, TransactionStore } from '../../sinks/transaction-store.ts'

interface Row {
  readonly n: number
  readonly key: string
  readonly gone: boolean
}

const ROWS: readonly Row[] = Array.from({ length: 300 }, (_, n) => ({ n, key: `k${n % 17}`, gone: n % 11 === 5 }))
const runs = 20
const byKey = { key: 'key', removes: ({ gone }: Row) => gone, runs } as const

/** Every step that there must be was crashed at, before and behind it, with an error and with the end of the process. */
function expectCrashesAt({ crashes }: SinkKitResult, steps: readonly string[]): void {
  for (const step of steps) expect(crashes[step], step).toBeGreaterThanOrEqual(4)
}

test('part files, one file', async () => {
  const files = await sinkKit<Row>(
    ({ run }) => {
      const dir = join(temporaryDir(), String(run))
      const shown = () => linesOf(visibleFiles(dir)).map((line) => JSON.parse(line) as Row)
      return { sink: sink.files({ dir, format: 'jsonLines', roll: { records: 25 } }), shown }
    },
    ROWS,
    { runs },
  )
  expectCrashesAt(files, ['open', 'restore', 'process', 'flush', 'snapshot', 'onCheckpointComplete', 'onEnd'])
})

test('a table', async () => {
  const tables = await sinkKit<Row>(
    ({ disk }) => ({
      sink: sink.table<Row>({ path: '/table', key: 'key', removes: ({ gone }) => gone }),
      shown: () => disk.tables.rows('/table').values(),
    }),
    ROWS,
    byKey,
  )
  expectCrashesAt(tables, ['open', 'restore', 'snapshot', 'onCheckpointComplete'])
})

test('upserts: in the end a row of each key, the last one, whatever was written twice', async () => {
  const upserts = await sinkKit<Row>(
    () => {
      const store = new Map<unknown, Row>()
      const write = async (rows: Upsert<Row>[], { signal }: { readonly signal: AbortSignal }): Promise<void> => {
        for (const [key, row] of rows) {
          await turn()
          if (signal.aborted) return
          if (row === null) store.delete(key)
          else store.set(key, row)
        }
      }
      const target = sink.upsert<Row>({
        key: 'key',
        removes: ({ gone }) => gone,
        batchRecords: 5,
        inFlight: 3,
        retry: { attempts: 2, minMs: 1 },
        write,
      })
      return { sink: target, shown: () => store.values() }
    },
    ROWS,
    byKey,
  )
  expectCrashesAt(upserts, ['write', 'flush', 'ready', 'process'])
})

test('transactions: committed once, whatever crashes when', async () => {
  const transactions = await sinkKit<Row>(
    () => {
      const store = new TransactionStore<Row>()
      return { sink: sink.twoPhaseCommit<Row, Row[], number>(() => store.open(), { batchRecords: 20 }), shown: () => store.shown }
    },
    ROWS,
    { runs },
  )
  expectCrashesAt(transactions, ['begin', 'write', 'prepare', 'commit', 'recover', 'restore'])
})

test('calls of functions lose nothing', async () => {
  const calls = await sinkKit<Row>(
    () => {
      const got: Row[] = []
      return { sink: sink.forEach<Row>(async (row) => void got.push(await turn(row))), shown: () => got }
    },
    ROWS,
    { runs: 2 },
  )
  expectCrashesAt(calls, ['process', 'fn', 'ready'])
})

const BROKEN: Readonly<Record<PlantedBug, RegExp>> = {
  'commits again what is committed': /The sink repeated \d+ records: .* It had crashed: (killed|threw) (before|after) \w+\(\) of instance/,
  'forgets what another attempt has prepared':
    /The sink lost \d+ records: .* It had crashed: (killed|threw) (before|after) \w+\(\) of instance/,
  'shows what is not committed': /The sink repeated \d+ records: /,
}

test.each<PlantedBug>(['commits again what is committed', 'forgets what another attempt has prepared', 'shows what is not committed'])(
  'a sink that %s is found',
  async (bug) => {
    const kit = sinkKit<Row>(() => {
      const store = new TransactionStore<Row>(bug)
      return { sink: sink.twoPhaseCommit(() => store.open()), shown: () => store.shown }
    }, ROWS)
    await expect(kit).rejects.toMatchObject({ code: 'MR_SINK_BROKEN', message: expect.stringMatching(BROKEN[bug]) })
  },
)
