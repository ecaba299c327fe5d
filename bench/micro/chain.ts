/**
 * Micro-benchmark of chains: `node dist/bench/micro/chain.js`. Eight chains of equal shape and different functions run one after the other in
 * turn. Generated with a source URL of their own they keep type feedback of their own; as closures of one text they share it.
 */
import { chain, filter, map } from './chain-steps.ts'
import type { ChainRun } from '../../src/graph/chain-code.ts'
import { compileRun } from '../../src/graph/chain-code.ts'
import { linkRun } from '../../src/graph/chain-closures.ts'

const RECORDS = 1024
const CHAINS = 8
const ROUNDS = 400

const records = Array.from({ length: RECORDS }, (_, n) => ({ n, even: n % 2 === 0 }))
let sum = 0

/** A chain of three operators whose functions differ from those of the others in a constant and in the shape of what they make. */
function steps(i: number): ReturnType<typeof chain> {
  const made = [(n: number) => ({ n: n + i, left: i }), (n: number) => ({ right: i, n: n - i })][i % 2]!
  return chain([
    map((record: { n: number }) => made(record.n)),
    filter((record: { n: number }) => record.n % CHAINS !== i),
    map((record: { n: number }) => (sum = (sum + record.n) | 0)),
  ])
}

function measure(runs: readonly ChainRun[]): number {
  const startMs = performance.now()
  for (let round = 0; round < ROUNDS; round++) for (const run of runs) run(records, 0, RECORDS, null)
  return ((performance.now() - startMs) * 1e6) / (ROUNDS * runs.length * RECORDS)
}

const options = { url: 'millrace://bench/chain', freeze: null, fail: (error: unknown) => error, generateCode: true }
const head = { id: 0, definition: { kind: 'reader' }, spec: {} }
const generated = Array.from({ length: CHAINS }, (_, i) => compileRun(head, steps(i), options))
const linked = Array.from({ length: CHAINS }, (_, i) => linkRun(head, steps(i), { ...options, generateCode: false }))
const rows = []
for (let pass = 0; pass < 5; pass++) {
  rows.push({
    pass,
    'one chain, generated': measure(generated.slice(0, 1)),
    'eight, generated': measure(generated),
    'eight, closures': measure(linked),
  })
}
console.table(rows)
console.log('nanoseconds per record through map, filter, map; checksum', sum)
