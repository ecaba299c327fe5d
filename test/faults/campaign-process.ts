/** `npm run campaign -- --minutes 60 [--seed S]`: faults at random on real threads and processes. Writes its data, of which `npm run docs` makes docs/faults.md. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CampaignRound, newCampaign } from './campaign.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string' }, out: { type: 'string' } } })
const minutes = Number(values.minutes)
const out = values.out ?? fileURLToPath(new URL('../../../test/faults/campaign.json', import.meta.url))
const data = newCampaign(values.seed ?? String(Math.floor(Math.random() * 2 ** 32)))
const beganMs = performance.now()
const isOver = (): boolean => performance.now() - beganMs > minutes * 60_000

/** By fault. */
function spreads(): object {
  const spread = (values: readonly number[]): object => {
    const sorted = values.toSorted((a, b) => a - b)
    return { median: sorted[sorted.length >> 1], longest: sorted.at(-1) }
  }
  return Object.fromEntries(Object.entries(data.recoveryMs).map(([fault, values]) => [fault, spread(values)]))
}

do {
  await new CampaignRound(data).run(isOver)
  data.minutes = Math.round((performance.now() - beganMs) / 6_000) / 10
  writeFileSync(out, `${JSON.stringify({ ...data, recoveryMs: spreads() }, null, 2)}\n`)
  const { rounds, launches, restarts, ledger, failures } = data
  console.log(
    `${data.minutes} min: ${rounds} rounds, ${launches} launches, ${restarts} restarts; ${JSON.stringify(ledger)}; ${failures.length} failures`,
  )
} while (!isOver())
for (const failure of data.failures) console.log(failure)
process.exitCode = data.failures.length === 0 ? 0 : 1
