/**
 * What a dashboard costs that somebody looks at: `node dist/bench/micro/dashboard.js [rounds]`. One run of ks, the dashboard served all the time, a client of its live data there
 * and not there in turns (ABBA), so that loading it counts for nothing. CPU of the whole process and the rate.
 */
import { type ClientRequest, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from '../../src/index.ts'
import job from '../jobs/ks.ts'

const ROUNDS = Number(process.argv[2] ?? 2)
const TURN_MS = 1_900
const WATCHED = [false, true, true, false]

const run = await launch(job, { workers: 2, config: { seed: 1, count: 1e9 } })
const { port, token } = await run.serveUi()

/** One that takes what comes, and does nothing with it. */
function follow(): Promise<ClientRequest> {
  return new Promise((resolve) => {
    const request = get(`http://127.0.0.1:${port}/api/events?token=${token}`, (response) => {
      response.resume()
      resolve(request)
    })
    // The end of it is ours.
    request.on('error', () => {})
  })
}

async function made(): Promise<number> {
  const { workers } = await run.stats()
  return workers.flatMap(({ actors }) => actors.map(({ progress }) => progress?.position ?? 0)).reduce((sum, rows) => sum + rows, 0)
}

/** CPU ns for each record, and records a ms. */
async function turn(): Promise<{ readonly cpuNs: number; readonly perMs: number }> {
  const [before, cpuBefore, fromMs] = [await made(), process.cpuUsage(), performance.now()]
  await sleep(TURN_MS)
  const [records, cpu] = [(await made()) - before, process.cpuUsage(cpuBefore)]
  return { cpuNs: (1000 * (cpu.user + cpu.system)) / records, perMs: records / (performance.now() - fromMs) }
}

await sleep(1_500)
;(await follow()).destroy()
const measured: Record<'alone' | 'watched', Awaited<ReturnType<typeof turn>>[]> = { alone: [], watched: [] }
for (let round = 0; round < ROUNDS; round++) {
  for (const isWatched of WATCHED) {
    const client = isWatched ? await follow() : null
    measured[isWatched ? 'watched' : 'alone'].push(await turn())
    client?.destroy()
  }
}
for (const [name, turns] of Object.entries(measured))
  console.log(name.padEnd(8), turns.map(({ cpuNs, perMs }) => `${cpuNs.toFixed(1)} ns, ${(perMs / 1000).toFixed(2)} M/s`).join('   '))
const mean = (name: keyof typeof measured): number => measured[name].reduce((sum, { cpuNs }) => sum + cpuNs, 0) / measured[name].length
console.log(`a client costs ${(100 * (mean('watched') / mean('alone') - 1)).toFixed(1)} % of CPU a record`)
await run.stop()
