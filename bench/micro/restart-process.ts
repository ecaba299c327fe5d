/** One process of restart.ts: `restart-process.js OPTIONS`. Tells on standard output how far its start has come; runs until it is killed, or told to stop on standard input. */
import { writeSync } from 'node:fs'
import type { BalancesConfig } from '../jobs/account-balances.ts'

const tell = (what: string): void =>
  void writeSync(1, `${JSON.stringify({ what, n: 0, atMs: performance.timeOrigin + performance.now() })}\n`)
writeSync(1, `${JSON.stringify({ what: 'node', n: 0, atMs: performance.timeOrigin })}\n`)
tell('main')
const { stateDir, ...config } = JSON.parse(process.argv[2]!) as Omit<BalancesConfig, 'fd'> & { stateDir: string }
const { launch } = await import('../../src/index.ts')
const { default: job } = await import('../jobs/account-balances.ts')
tell('imported')
const rowsPerSecond = config.rowsPerSecond ?? Infinity
const run = await launch(job, { workers: 2, stateDir, config: { ...config, rowsPerSecond, startMs: config.startMs ?? 0, fd: 1 } })
run.onNotice(({ type }) => {
  if (type === 'checkpoint') tell('checkpoint')
})
tell('launched')
process.stdin.once('data', () => void run.stop())
await run.done
process.exit()
