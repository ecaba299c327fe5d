/**
 * Micro-benchmarks of keyed state: `node dist/bench/micro/state.js [--ms 300] [--rounds 5]`.
 * Every case runs in turn, round after round (interleaved), and is reported by its median in nanoseconds per record.
 * The loops that an expert would write by hand run beside ours.
 */
import { parseArgs } from 'node:util'
import { Prng } from '../../src/core/prng.ts'
import { hashKey } from '../../src/core/key-hash.ts'
import { AccumulatorTable } from '../../src/state/accumulator-table.ts'
import { AggregateBuilder } from '../../src/state/aggregates.ts'
import { Combiner } from '../../src/state/combiner-table.ts'
import { KeyIndex } from '../../src/state/key-index.ts'

interface IntRecord {
  key: number
  value: number
}

interface StringRecord {
  shop: string
  cents: number
}

const KEYS = 10_000
const BATCH = 1024
const BATCHES = 64
const GROUPS = 128

const { values } = parseArgs({
  options: { ms: { type: 'string', default: '300' }, rounds: { type: 'string', default: '5' }, only: { type: 'string' } },
})
const rng = new Prng('bench/micro/state')

const ints: IntRecord[][] = []
const strings: StringRecord[][] = []
const keyColumns: Int32Array[] = []
const valueColumns: Float64Array[] = []
for (let b = 0; b < BATCHES; b++) {
  const batch = Array.from({ length: BATCH }, () => ({ key: rng.nextInt(KEYS), value: rng.nextInt(1000) }))
  ints.push(batch)
  // Built at run time, so that each record has a string of its own, as after decoding.
  strings.push(batch.map(({ key, value }) => ({ shop: ['shop', String(key)].join('-'), cents: value })))
  keyColumns.push(Int32Array.from(batch, (record) => record.key))
  valueColumns.push(Float64Array.from(batch, (record) => record.value))
}
const distinct = Array.from({ length: BATCHES }, (_, b) =>
  Array.from({ length: BATCH }, (_, i) => ({ key: Math.imul(b * BATCH + i, 2654435), value: i })),
)

const intSpecs = ((a) => ({ n: a.count(), total: a.sum('value') }))(new AggregateBuilder<IntRecord>())
const sumSpecs = ((a) => ({ total: a.sum('value') }))(new AggregateBuilder<IntRecord>())
const stringSpecs = ((a) => ({ n: a.count(), total: a.sum('cents') }))(new AggregateBuilder<StringRecord>())
const customSpecs = ((a) => ({
  last: a.custom<{ value: number }, number>({
    create: () => ({ value: 0 }),
    add: (acc, record) => {
      acc.value += record.value
      return acc
    },
    merge: (x, y) => ({ value: x.value + y.value }),
    result: (acc) => acc.value,
  }),
}))(new AggregateBuilder<IntRecord>())

const owners = Uint16Array.from({ length: GROUPS }, (_, group) => group % 2)
const byKey = { field: 'key' } as const
const byShop = { field: 'shop' } as const

const tableOf = (name: string, mode: 'generated' | 'interpreted') =>
  new AccumulatorTable<IntRecord>({ name, specs: intSpecs, key: byKey, mode })

/** One pass over all batches; returns something that depends on the work. */
type Pass = () => number

const handMap: () => Pass = () => {
  const table = new Map<number, { n: number; total: number }>()
  return () => {
    for (const batch of ints) {
      for (const { key, value } of batch) {
        const entry = table.get(key)
        if (entry === undefined) table.set(key, { n: 1, total: value })
        else {
          entry.n++
          entry.total += value
        }
      }
    }
    return table.size
  }
}

const handStringMap: () => Pass = () => {
  const table = new Map<string, { n: number; total: number }>()
  return () => {
    for (const batch of strings) {
      for (const { shop, cents } of batch) {
        const entry = table.get(shop)
        if (entry === undefined) table.set(shop, { n: 1, total: cents })
        else {
          entry.n++
          entry.total += cents
        }
      }
    }
    return table.size
  }
}

const combinerPass =
  (combiner: Combiner<IntRecord>, batches: readonly IntRecord[][], batchesPerFlush: number, receive: () => void): Pass =>
  () => {
    let entries = 0
    for (let b = 0; b < batches.length; b++) {
      combiner.addRecords(batches[b])
      if (b % batchesPerFlush === batchesPerFlush - 1 || combiner.shouldFlush) entries += combiner.flush(receive)
    }
    return entries
  }

const cases: Record<string, () => Pass> = {
  'int keys: hand-written Map of objects': handMap,
  'int keys: KeyIndex.slotOfInt alone': () => {
    const index = new KeyIndex()
    return () => {
      let sum = 0
      for (const column of keyColumns) for (let i = 0; i < BATCH; i++) sum += index.slotOfInt(column[i])
      return sum
    }
  },
  'int keys: addRecords (count, sum)': () => {
    const table = tableOf('bench', 'generated')
    return () => {
      for (const batch of ints) table.addRecords(batch)
      return table.dirtyCount
    }
  },
  'int keys: addRecords (sum)': () => {
    const table = new AccumulatorTable<IntRecord>({ name: 'bench', specs: sumSpecs, key: byKey })
    return () => {
      for (const batch of ints) table.addRecords(batch)
      return table.dirtyCount
    }
  },
  'int keys: addRecords (custom)': () => {
    const table = new AccumulatorTable<IntRecord>({ name: 'bench', specs: customSpecs, key: byKey })
    return () => {
      for (const batch of ints) table.addRecords(batch)
      return table.dirtyCount
    }
  },
  'int keys: addRecords, key function': () => {
    const table = new AccumulatorTable<IntRecord>({ name: 'bench', specs: intSpecs, key: { of: (record) => record.key } })
    return () => {
      for (const batch of ints) table.addRecords(batch)
      return table.dirtyCount
    }
  },
  'int keys: addRecords, interpreted': () => {
    const table = tableOf('bench', 'interpreted')
    return () => {
      for (const batch of ints) table.addRecords(batch)
      return table.dirtyCount
    }
  },
  'int keys: addColumns (count, sum)': () => {
    const table = tableOf('bench', 'generated')
    return () => {
      for (let b = 0; b < BATCHES; b++) table.addColumns(keyColumns[b], [valueColumns[b]])
      return table.dirtyCount
    }
  },
  'int keys: runColumns (every step of count, sum)': () => {
    const table = tableOf('bench', 'generated')
    return () => {
      let sum = 0
      for (let b = 0; b < BATCHES; b++) sum += table.runColumns(keyColumns[b], [valueColumns[b]])[0].values[0]
      return sum
    }
  },
  'int keys: addRecord and resultAt (every step)': () => {
    const table = tableOf('bench', 'generated')
    return () => {
      let sum = 0
      for (const batch of ints) for (const record of batch) sum += table.resultAt(table.addRecord(record)).total
      return sum
    }
  },
  'int keys: mergeColumns (count, sum)': () => {
    const table = tableOf('bench', 'generated')
    return () => {
      for (let b = 0; b < BATCHES; b++) table.mergeColumns(keyColumns[b], [valueColumns[b], valueColumns[b]])
      return table.dirtyCount
    }
  },
  'int keys: combiner, flush per 64 batches': () => {
    const combiner = new Combiner<IntRecord>({ name: 'bench', specs: intSpecs, key: byKey, owners })
    return combinerPass(combiner, ints, 64, () => undefined)
  },
  'int keys: combiner, flush per 16 batches': () => {
    const combiner = new Combiner<IntRecord>({ name: 'bench', specs: intSpecs, key: byKey, owners })
    return combinerPass(combiner, ints, 16, () => undefined)
  },
  'distinct int keys: combiner (bypasses)': () => {
    const combiner = new Combiner<IntRecord>({ name: 'bench', specs: intSpecs, key: byKey, owners })
    return combinerPass(combiner, distinct, 64, () => undefined)
  },
  'no key: global combiner': () => {
    const combiner = new Combiner<IntRecord>({ name: 'bench', specs: intSpecs, key: 'global', owners })
    return combinerPass(combiner, ints, 16, () => undefined)
  },
  'string keys: hand-written Map of objects': handStringMap,
  'string keys: addRecords (count, sum)': () => {
    const table = new AccumulatorTable<StringRecord>({ name: 'bench', specs: stringSpecs, key: byShop })
    return () => {
      for (const batch of strings) table.addRecords(batch)
      return table.dirtyCount
    }
  },
  'string keys: hashKey': () => () => {
    let sum = 0
    for (const batch of strings) for (let i = 0; i < BATCH; i++) sum += hashKey(batch[i].shop)
    return sum
  },
}

/** Milliseconds to snapshot and restore 200,000 keys, in 128 groups. */
const snapshots = (): void => {
  for (const kind of ['int', 'string']) {
    const make = () =>
      new AccumulatorTable<{ key: number | string }>({
        name: 'snapshot',
        specs: { n: { kind: 'count' }, total: { kind: 'count' } },
        key: { field: 'key' },
      })
    const table = make()
    for (let i = 0; i < 200_000; i++) table.addRecord({ key: kind === 'int' ? Math.imul(i, 2654435) : `shop-${i}` })
    const times: number[][] = [[], []]
    let bytes = 0
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      const chunks = [...table.snapshot(GROUPS).values()]
      const middle = performance.now()
      const copy = make()
      for (const chunk of chunks) copy.restore(chunk)
      times[0].push(middle - start)
      times[1].push(performance.now() - middle)
      bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    }
    console.log(
      `200,000 ${kind} keys: snapshot ${median(times[0]).toFixed(0)} ms, restore ${median(times[1]).toFixed(0)} ms, ${(bytes / 1e6).toFixed(1)} MB`,
    )
  }
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1]

const main = (): void => {
  const names = Object.keys(cases).filter((name) => name.includes(values.only ?? ''))
  const passes = names.map((name) => cases[name]())
  const figures = names.map((): number[] => [])
  let sink = 0
  for (let round = 0; round <= Number(values.rounds); round++) {
    passes.forEach((pass, i) => {
      const start = performance.now()
      let records = 0
      while (performance.now() - start < Number(values.ms)) {
        sink += pass()
        records += BATCH * BATCHES
      }
      // Round 0 warms up.
      if (round > 0) figures[i].push(((performance.now() - start) * 1e6) / records)
    })
  }
  names.forEach((name, i) => console.log(`${name.padEnd(48)} ${median(figures[i]).toFixed(2).padStart(8)} ns`))
  console.log(`node ${process.version}, ${KEYS} keys, checksum ${sink % 997}`)
}

main()
if (values.only === undefined || values.only === 'snapshot') snapshots()
