import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compareAll, timeoutMs, warnOfLoad } from '../harness/compare-all.ts'
import { type About, aboutNow, loadNow, toldCommand } from '../harness/about.ts'
import { runMain } from '../harness/run-main.ts'
import { machineName } from '../harness/results.ts'
import { keepPeers } from '../speed/speed-page.ts'
import { contenderRunner, describe, runProgram } from '../harness/run-contender.ts'
import type { RunContender } from '../harness/run-contender.ts'
import { measuredOf } from './measured.ts'
import type { Contender, Measured } from './measured.ts'
import { parsePeerOptions } from './options.ts'
import type { PeerOptions } from './options.ts'
import type { PeerName, Ready } from './peer.ts'
import { projectFolder } from '../harness/project-folder.ts'
import { ALL_PEERS } from './registry.ts'
import { terminalTable } from './tables.ts'

type ReadyPeers = ReadonlyMap<PeerName, Ready>

/** Exit codes: 0, all contenders agree; 1, a contender failed or differs; 2, a wrong option. */
async function main(options: PeerOptions, args: readonly string[]): Promise<number> {
  const peers = await preparePeers(options.peers)
  console.log(
    `\n${machineName()}, Node ${process.version}, ${options.workers} workers, ${options.runs} runs of about ${options.seconds} s\n`,
  )
  warnOfLoad()
  const load = loadNow()
  const plans = options.only.map((query) => {
    const able = [...peers].filter(([, { queries }]) => queries.includes(query)).map(([name]) => name)
    return { ...options, query, contenders: ['naive', 'millrace', ...able] satisfies Contender[] }
  })
  const { comparisons, failed } = await compareAll<Contender>(plans, runnerOf(peers, timeoutMs(options.seconds)))
  const measured = comparisons.flatMap(measuredOf)
  if (measured.length > 0)
    console.log(`\n${terminalTable(measured)}\n\nRates in millions of records per second, medians. Ratios: of paired runs.`)
  if (failed) {
    console.error('\nNothing was written, since not every contender agrees.')
    return 1
  }
  write(options, measured, peers, aboutNow(toldCommand('npm run bench:peers', args), load))
  return 0
}

async function preparePeers(names: readonly PeerName[]): Promise<ReadyPeers> {
  const ready = new Map<PeerName, Ready>()
  for (const peer of ALL_PEERS.filter(({ name }) => names.includes(name))) {
    const prepared = await peer.prepare()
    if ('skipped' in prepared) console.log(`${peer.name}: skipped: ${prepared.skipped}`)
    else {
      console.log(`${peer.name}: ${prepared.versions}`)
      ready.set(peer.name, prepared)
    }
  }
  return ready
}

function runnerOf(peers: ReadyPeers, limitMs: number): RunContender<Contender> {
  const runOurs = contenderRunner(limitMs)
  return (order) => {
    const { contender } = order
    if (contender === 'naive' || contender === 'millrace') return runOurs({ ...order, contender })
    return runProgram(peers.get(contender)!.program(order), describe(order), limitMs)
  }
}

function write({ json, write: writes }: PeerOptions, results: readonly Measured[], peers: ReadyPeers, about: About): void {
  const versions = [...new Set([...peers.values()].map((peer) => peer.versions).filter((text) => !text.startsWith('Node.js')))]
  const file = json ?? join(projectFolder(), 'bench', 'results', 'peers.json')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ about, versions, results }, undefined, 2) + '\n')
  console.log(`\nResults: ${file}`)
  if (writes) keepPeers({ about, versions, results })
}

await runMain(parsePeerOptions, main)
