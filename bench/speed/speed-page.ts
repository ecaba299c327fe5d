/** The pages that show figures are made of what is kept in docs/speed/. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type About, aboutLine } from '../harness/about.ts'
import { markdownTable, writeBetweenMarkers } from '../harness/page.ts'
import { projectFolder } from '../harness/project-folder.ts'
import type { Result } from '../harness/results.ts'
import { millions } from '../harness/table.ts'
import type { Measured } from '../peers/measured.ts'
import { pageTables, ratesTable } from '../peers/tables.ts'
import { type KeptStages, pageTable, topFunctions } from '../stages/tables.ts'
import { barsTable, type Latency } from './bars-table.ts'
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
  const bars = barsTable({ loops, peers, stages: stages?.now, latency: latency?.ms })
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

/** Beside other engines: docs/peers.md, docs/speed.md and README.md. */
export function keepPeers(peers: KeptPeers): void {
  keep('peers', peers)
  const made = `${peers.versions.join('; ')}. ${aboutLine(peers.about)}`
  writeBetweenMarkers(join(projectFolder(), 'docs', 'peers.md'), 'bench:peers', `${pageTables(peers.results)}\n\n${made}`)
  writeBetweenMarkers(join(projectFolder(), 'README.md'), 'bench:peers', `${ratesTable(peers.results)}\n\n${made}`)
  writeSpeedPage()
}

export function keepLatency(latency: KeptLatency): void {
  keep('latency', latency)
  writeSpeedPage()
}

function inOrder<T>(rows: readonly T[], nameOf: (row: T) => string): T[] {
  const names = Object.keys(WORKLOADS)
  return rows.toSorted((a, b) => names.indexOf(nameOf(a)) - names.indexOf(nameOf(b)))
}
