/**
 * Micro-benchmarks of the codec against msgpackr with record structures: `node dist/bench/micro/codec.js [--ms 100] [--rounds 7]
 * [--only bid]`. Both sides pack and unpack the same batches of 1,024 records in one process, in turns, round after round; figures
 * are medians over the rounds in nanoseconds per record, and the ratio is the median of the rounds' ratios.
 */
import { parseArgs } from 'node:util'
import { Bench } from 'tinybench'
import { codecCases } from '../codec/cases.ts'
import type { CodecCase } from '../codec/cases.ts'

const { values } = parseArgs({
  options: { ms: { type: 'string', default: '100' }, rounds: { type: 'string', default: '7' }, only: { type: 'string' } },
})

/** Median time of one call by side, in ns per record. */
async function round({ ours, theirs, records }: CodecCase, oursFirst: boolean, ms: number): Promise<{ ours: number; theirs: number }> {
  const bench = new Bench({ time: ms, warmup: false, iterations: 1 })
  const sides = { ours, theirs }
  for (const side of oursFirst ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)) bench.add(side, sides[side])
  await bench.run()
  const nanoseconds = (side: string): number => {
    const result = bench.getTask(side)?.result
    if (result === undefined || !('latency' in result)) throw new Error(`${side} failed`, { cause: result })
    return (result.latency.p50 * 1e6) / records
  }
  return { ours: nanoseconds('ours'), theirs: nanoseconds('theirs') }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!
}

const rows: Record<string, unknown>[] = []
for (const subject of codecCases()) {
  if (values.only !== undefined && !subject.name.includes(values.only)) continue
  const rounds: { ours: number; theirs: number }[] = []
  await round(subject, true, Number(values.ms))
  for (let r = 0; r < Number(values.rounds); r++) rounds.push(await round(subject, r % 2 === 0, Number(values.ms)))
  const ratio = median(rounds.map(({ ours, theirs }) => theirs / ours))
  rows.push({
    case: subject.name,
    'millrace ns': +median(rounds.map((r) => r.ours)).toFixed(1),
    'msgpackr ns': +median(rounds.map((r) => r.theirs)).toFixed(1),
    ratio: +ratio.toFixed(2),
    bar: subject.ratioMin === undefined ? '' : `>= ${subject.ratioMin} ${ratio >= subject.ratioMin ? 'met' : 'MISSED'}`,
    'bytes per record': `${subject.oursBytes.toFixed(1)} / ${subject.theirsBytes.toFixed(1)}`,
  })
}
console.table(rows)
