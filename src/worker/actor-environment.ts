import { freezeRecord } from '../codec/index.ts'
import type { ChainCodeOptions } from '../graph/chain-code.ts'
import type { Graph } from '../graph/graph.ts'
import type { Task } from '../graph/plan.ts'
import { backendOf } from '../graph/state-backend.ts'
import type { TableStore } from '../state/tables/table-store.ts'
import { blame } from './blame.ts'
import type { ActorEnvironment } from './build-actor.ts'
import type { WiringRequest } from './wire-worker.ts'

/** What all actors of a worker have in common. */
export function environmentOf({ plan, registry, options, deployment, host }: WiringRequest): ActorEnvironment {
  const { attempt, lineage, firstCheckpoint, watermarks } = deployment
  const generateCode = host.generateCode && options.codec === 'generated'
  const freeze = options.freezeRecords ? freezeRecord : null
  const openTable = (path: string): TableStore => host.openTable(attempt, lineage, path)
  return {
    plan,
    registry,
    origin: { attempt, lineage, firstCheckpoint },
    watermarks,
    latencyMarkersMs: options.latencyMarkersMs,
    keyGroups: options.keyGroups,
    clock: host.clock,
    generateCode,
    freeze,
    batchRecords: options.batchRecords,
    notify: (notice) => host.events.notify(attempt, notice),
    requestCheckpoint: () => host.events.checkpointWanted(attempt),
    codeOf: once((task) => codeOptions(plan.graph, task, generateCode, freeze)),
    blameOf: once((node) => (error) => blame(error, node)),
    stateOf: (node, actor) => ({
      backend: backendOf(node, plan.graph, options.backend),
      workingStore: () => host.workingStore(attempt, actor),
      openTable,
    }),
  }
}

/** The same result for the same argument: actors of one task share what they can. */
export function once<T, R>(make: (argument: T) => R): (argument: T) => R {
  const made = new Map<T, R>()
  return (argument) => {
    const known = made.get(argument)
    if (known !== undefined) return known
    const result = make(argument)
    made.set(argument, result)
    return result
  }
}

function codeOptions({ jobName, nodes }: Graph, task: Task, generateCode: boolean, freeze: ChainCodeOptions['freeze']): ChainCodeOptions {
  const path = task.nodes.map((id) => nodes[id]!.name).join('>')
  return {
    url: `millrace://${encodeURI(jobName)}/${encodeURI(path)}`,
    freeze,
    fail: (error, step) => blame(error, nodes[step]),
    siteOf: (step) => nodes[step]?.site,
    generateCode,
    place: null,
  }
}
