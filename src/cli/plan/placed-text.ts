import type { Machine } from '../../graph/placement-settings.ts'
import { alignRows, clip } from '../align.ts'
import { bytesText, plural } from '../quantities.ts'
import type { PlacedActor, PlacedJob, PlacedWorker } from './placed.ts'

const COLUMNS = 80
const NAME_MIN = 16
/** Lines of actors shown of a large plan; --json has all. */
const ROWS_MAX = 64
/** Instances named one by one. */
const INSTANCES_MAX = 4

/** @param taken the policy that launch takes */
export function placedText(name: string, placed: readonly PlacedJob[], taken: string, machine: Machine): string {
  const { workers } = placed[0]!
  const head = `${name} on ${plural(workers.length, 'worker')}: ${plural(machine.cores, 'core')}, heap ${bytesText(machine.heapBytes)} a worker`
  return `${[head, ...placed.map((job) => jobText(job, taken))].join('\n\n')}\n`
}

function jobText({ policies, workers, actors }: PlacedJob, taken: string): string {
  const named = policies.map((policy) => (policy === taken ? `${policy} (taken by launch)` : policy))
  const groups = [...workers.keys(), 'app' as const].map((thread) => ({ thread, rows: rowsOf(actors.filter((a) => a.thread === thread)) }))
  const shown = groups.filter(({ thread, rows }) => thread !== 'app' || rows.length > 0)
  const all = shown.flatMap(({ rows }) => rows)
  const width = Math.max(NAME_MIN, COLUMNS - 6 - longest(all, 1) - longest(all, 2))
  const lines = alignRows(all.map(([actor, instances, why]) => [`  ${clip(actor, width)}`, instances, why]))
  const text = [`policy ${named.join(', ')}`]
  let at = 0
  for (const { thread, rows } of shown) {
    text.push(thread === 'app' ? 'app thread' : workerText(workers[thread]!, rows.length))
    text.push(...lines.slice(at, Math.min(at + rows.length, ROWS_MAX)))
    at += rows.length
  }
  if (lines.length > ROWS_MAX) text.push(`and ${lines.length - ROWS_MAX} more lines of actors (--json has all)`)
  return text.join('\n')
}

function longest(rows: readonly (readonly string[])[], column: number): number {
  return Math.max(0, ...rows.map((row) => row[column]!.length))
}

type Row = readonly [name: string, instances: string, why: string]

/** One line for the instances of an operator that are there for the same reason. */
function rowsOf(actors: readonly PlacedActor[]): Row[] {
  const alike = new Map<string, PlacedActor[]>()
  for (const actor of actors) {
    const key = `${actor.name}/${actor.why}`
    alike.set(key, [...(alike.get(key) ?? []), actor])
  }
  return [...alike.values()].map((same) => [same[0]!.name, instancesText(same), same[0]!.thread === 'app' ? '' : same[0]!.why])
}

/** '2, 4 of 4', '12 of its 40'; nothing where there is only one. */
function instancesText(same: readonly PlacedActor[]): string {
  const { of } = same[0]!
  if (of === 1) return ''
  if (same.length > INSTANCES_MAX) return `${same.length} of its ${of}`
  return `${same.map(({ index }) => index + 1).join(', ')} of ${of}`
}

function workerText({ worker, cpu, heapBytes, piscina, isLimitedByDemands }: PlacedWorker, rows: number): string {
  const { maxOldGenerationSizeMb: limit } = piscina.resourceLimits
  const parts = [
    ...(cpu.demanded > 0 ? [`cpu ${rounded(cpu.demanded)} of ${rounded(cpu.there)}`] : []),
    ...(heapBytes.demanded > 0 ? [`heap ${bytesText(heapBytes.demanded)} of ${bytesText(heapBytes.there)}`] : []),
    ...(limit === undefined ? [] : [`limit ${limit} MB${isLimitedByDemands ? ' by its demands' : ''}`]),
    ...(rows === 0 ? ['nobody'] : []),
  ]
  return `worker ${worker}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

function rounded(cores: number): string {
  return String(Math.round(cores * 100) / 100)
}
