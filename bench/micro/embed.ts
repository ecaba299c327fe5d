/**
 * Micro-benchmark of the way into a run and out of it: `node dist/bench/micro/embed.js [--seconds 2] [--runs 3] [--workers 1]`.
 *
 * Inlet -> one map -> outlet, pushed and read by this one thread, M records/s from the first push to the last record read:
 * `one by one` with `await push(record)` and `for await (record of outlet)`, `in arrays` with `await pushMany(1,024 records)` and
 * `for await (batch of outlet.batches())`, each with the outlet 'immediate' and 'committed'. Cases take turns; median and best are printed. Other load on the machine shows in
 * the rates, hardly in the processor time that this thread took per record, pushing and reading together.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import job from '../jobs/inlet-outlet.ts'
import type { Reading } from '../jobs/inlet-outlet.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    runs: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const DELIVERIES = ['immediate', 'committed'] as const
const ARRAY_RECORDS = 1024
const readings = Array.from({ length: ARRAY_RECORDS }, (_, n): Reading => ({
  sensor: `sensor ${n % 100}`,
  at: 1_700_000_000_000 + n,
  value: n / 7,
}))

interface Case {
  readonly name: string
  readonly delivery: (typeof DELIVERIES)[number]
  readonly inArrays: boolean
  readonly rates: number[]
  readonly appNs: number[]
}

/** Processor time of this thread so far, in ns; NaN where the system does not tell it by thread. */
function threadCpuNs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    return NaN
  }
}

async function measure({ delivery, inArrays, rates, appNs }: Case): Promise<void> {
  const run = await launch(job, { workers: Number(values.workers), freezeRecords: false })
  const [into, out] = [run.inlet('readings'), run.outlet('doubled', { delivery })]
  let [read, sum] = [0, 0]
  const reader = (async () => {
    if (inArrays) {
      for await (const batch of out.batches()) {
        read += batch.length
        sum += batch.at(-1)!.value
      }
      return
    }
    for await (const { value } of out) {
      read++
      sum += value
    }
  })()
  const startedMs = performance.now()
  const startedNs = threadCpuNs()
  const endMs = startedMs + Number(values.seconds) * 1000
  let pushed = 0
  while (performance.now() < endMs) {
    if (inArrays) await into.pushMany(readings)
    else for (const reading of readings) await into.push(reading)
    pushed += ARRAY_RECORDS
  }
  await run.stop({ drain: true })
  await reader
  const tookMs = performance.now() - startedMs
  if (read !== pushed || !(sum > 0)) throw new Error(`${pushed} records were pushed, ${read} were read`)
  rates.push(read / tookMs / 1000)
  appNs.push((threadCpuNs() - startedNs) / read)
}

const cases = DELIVERIES.flatMap((delivery) =>
  [false, true].map((inArrays): Case => ({
    name: `${inArrays ? 'in arrays' : 'one by one'}, ${delivery}`,
    delivery,
    inArrays,
    rates: [],
    appNs: [],
  })),
)
const chosen = cases.filter(({ name }) => name.includes(values.only ?? ''))
for (let run = 0; run < Number(values.runs); run++) for (const each of chosen) await measure(each)
console.log('inlet -> map -> outlet, M records/s     median    best   processor time of the app thread')
for (const { name, rates, appNs } of chosen) {
  const sorted = rates.toSorted((a, b) => a - b)
  console.log(
    `  ${name.padEnd(34)} ${sorted[sorted.length >> 1]!.toFixed(2).padStart(9)} ${sorted.at(-1)!.toFixed(2).padStart(7)} ${Math.min(
      ...appNs,
    )
      .toFixed(0)
      .padStart(16)} ns per record`,
  )
}
