/** The pages that show figures are made of what is kept in docs/speed/. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type About, aboutLine } from '../harness/about.ts'
import { markdownTable, writeBetweenMarkers } from '../harness/page.ts'
import { projectFolder } from '../harness/project-folder.ts'
import type { Result } from '../harness/results.ts'
import { millions } from '../harness/table.ts'
import type { Measured } from '../peers/measured.ts'
import { pageTables, ratesTable } from '../peers/tables.ts'
import { type KeptStages, pageTable, topFunctions } from '../stages/tables.ts'
import { attemptsIn } from './attempts.ts'
import { barsTable, type Latency, peerBarsTable } from './bars-table.ts'
import { keep, kept } from './kept.ts'
import { WORKLOADS } from './workloads.ts'

export interface KeptLoops {
  readonly about: About
  readonly results: readonly Result[]
}

export interface KeptPeers {
  readonly about: About
  readonly versions: readonly string[]
  readonly results: readonly Measured[]
}

export interface KeptLatency {
  readonly about: About
  readonly ms: Latency
}

const FUNCTIONS = 3

/** Puts everything that is kept into docs/speed.md. */
export function writeSpeedPage(folder: string = projectFolder()): void {
  const page = join(folder, 'docs', 'speed.md')
  if (!existsSync(page)) return
  const [stages, loops, peers, latency] = [
    kept<KeptStages>('stages', folder),
    kept<KeptLoops>('loops', folder),
    kept<KeptPeers>('peers', folder),
    kept<KeptLatency>('latency', folder),
  ]
  if (stages !== undefined) {
    writeBetweenMarkers(page, 'stages', pageTable(stages))
    writeBetweenMarkers(page, 'functions', topFunctions(stages.now, FUNCTIONS))
  }
  const made = [loops?.about, peers?.about, latency?.about].filter((about) => about !== undefined).map(aboutLine)
  const attempts = attemptsIn(readFileSync(page, 'utf8'))
  const bars = barsTable({ loops, peers, stages: stages?.now, latency: latency?.ms, attempts })
  writeBetweenMarkers(page, 'bars', [bars, ...made].join('\n\n'))
}

/** Beside loops: docs/speed.md and README.md. Queries that were not measured now stay as they were. */
export function keepLoops(loops: KeptLoops): void {
  const last = kept<KeptLoops>('loops')
  const stale = last?.results.filter(({ name }) => !loops.results.some((result) => result.name === name)) ?? []
  const merged = { ...loops, results: inOrder([...loops.results, ...stale], ({ name }) => name) }
  keep('loops', merged)
  const rows = merged.results.map(({ name, ratio, loopEventsPerSecond, eventsPerSecond }) => [
    name,
    WORKLOADS[name] ?? '',
    millions(loopEventsPerSecond),
    millions(eventsPerSecond.median),
    ratio.toFixed(2),
  ])
  const table = markdownTable([['', 'what', 'hand-written loop', 'millrace', 'ratio'], ...rows])
  writeBetweenMarkers(join(projectFolder(), 'README.md'), 'bench', `${table}\n\n${aboutLine(loops.about)}`)
  writeSpeedPage()
}

/** Beside other engines: docs/peers.md, docs/speed.md and README.md. Queries that were not measured now stay as they were, those that were are all new: their rates belong to one run. */
export function keepPeers(peers: KeptPeers): void {
  const merged = withOlder(peers, kept<KeptPeers>('peers'))
  keep('peers', merged)
  const made = `${merged.versions.join('; ')}. ${aboutLine(merged.about)}`
  const attempts = attemptsIn(readFileSync(join(projectFolder(), 'docs', 'speed.md'), 'utf8'))
  const bars = peerBarsTable({ peers: merged, stages: kept<KeptStages>('stages')?.now, attempts, attemptsPage: 'speed.md' })
  writeBetweenMarkers(join(projectFolder(), 'docs', 'peers.md'), 'bench:peers', `${pageTables(merged.results)}\n\n${made}`)
  writeBetweenMarkers(join(projectFolder(), 'docs', 'peers.md'), 'peer bars', bars)
  writeBetweenMarkers(join(projectFolder(), 'README.md'), 'bench:peers', `${ratesTable(merged.results)}\n\n${made}`)
  writeSpeedPage()
}

function withOlder(peers: KeptPeers, last: KeptPeers | undefined): KeptPeers {
  const stale = last?.results.filter(({ query }) => !peers.results.some((one) => one.query === query)) ?? []
  const versions = new Set([...peers.versions, ...(stale.length > 0 ? last!.versions : [])])
  return { ...peers, versions: [...versions], results: inOrder([...peers.results, ...stale], ({ query }) => query) }
}

export function keepLatency(latency: KeptLatency): void {
  keep('latency', latency)
  writeSpeedPage()
}

function inOrder<T>(rows: readonly T[], nameOf: (row: T) => string): T[] {
  const names = Object.keys(WORKLOADS)
  return rows.toSorted((a, b) => names.indexOf(nameOf(a)) - names.indexOf(nameOf(b)))
}
