/**
 * All that is heavy on one worker: `node dist/bench/micro/misplaced.js [--seconds 8] [--rounds 1]`. The rate when the same actors are well placed, what is left of it when they are all on one of two
 * workers, and with `balance` how it comes back, by half seconds from the start of the run. Bar: 0.9 of the well-placed rate within 5 s.
 */
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import type { PlacementSettings } from '../../src/index.ts'
import job from '../jobs/heavy-chains.ts'

const HEAVY = 4
const SAMPLE_MS = 500
const WARM_UP_MS = 2_000

const options = { seconds: { type: 'string', default: '8' }, rounds: { type: 'string', default: '1' } } as const
const { seconds, rounds } = parseArgs({ options }).values
const chains = (cost: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: HEAVY }, (_, chain) => [`heavy-${chain}`, cost]))
/** By true costs, and by such as would be told of another day. */
const WELL: PlacementSettings = { policy: 'load', costs: { ...chains(0.5), light: 0 } }
const BADLY: PlacementSettings = { policy: 'load', costs: { ...chains(0.01), light: 1 } }

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Records a second, by samples, and what was told. */
async function rates(placement: PlacementSettings, balance: boolean): Promise<{ rates: number[]; told: string[] }> {
  const run = await launch(job, { workers: 2, placement, balance, batchRecords: 64, config: { heavy: HEAVY, rounds: 20_000 } })
  const told: string[] = []
  const startMs = performance.now()
  run.onNotice(({ type, text }) => type === 'layout' && told.push(`${((performance.now() - startMs) / 1000).toFixed(1)} s: ${text}`))
  // Since the attempt began.
  const read = async (): Promise<number> =>
    (await run.stats()).workers.flatMap(({ actors }) => actors).reduce((sum, { recordsIn }) => sum + recordsIn, 0)
  const samples: number[] = []
  let [last, lastMs] = [await read(), startMs]
  while (performance.now() - startMs < Number(seconds) * 1000) {
    await sleep(SAMPLE_MS)
    const [now, nowMs] = [await read(), performance.now()]
    samples.push((1000 * (now < last ? now : now - last)) / (nowMs - lastMs))
    ;[last, lastMs] = [now, nowMs]
  }
  await run.stop()
  return { rates: samples, told }
}

const warm = ({ rates: samples }: { readonly rates: readonly number[] }): number => {
  const later = samples.slice(WARM_UP_MS / SAMPLE_MS)
  return later.reduce((sum, rate) => sum + rate, 0) / later.length
}

for (let round = 0; round < Number(rounds); round++) {
  const well = warm(await rates(WELL, false))
  const badly = warm(await rates(BADLY, false))
  const { rates: back, told } = await rates(BADLY, true)
  console.log(`well placed ${well.toFixed(0)} records/s, all heavy ones on one worker ${(badly / well).toFixed(2)} of that`)
  console.log(`with balance, by ${SAMPLE_MS} ms: ${back.map((rate) => (rate / well).toFixed(2)).join(' ')}`)
  for (const text of told) console.log(`  ${text}`)
  const from = back.findLastIndex((rate) => rate < 0.9 * well) + 1
  const later = back.slice(from).reduce((sum, rate) => sum + rate, 0) / (back.length - from)
  console.log(`  from ${((from * SAMPLE_MS) / 1000).toFixed(1)} s on ${(later / well).toFixed(2)} of well placed (bar: 0.9 within 5 s)`)
}
