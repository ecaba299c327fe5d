import fc from 'fast-check'
import { type Graph, type OperatorNode, outputOf } from '../../src/graph/graph.ts'
import type { Demand, PlacementWish } from '../../src/graph/placement-options.ts'
import type { Machine, PlacementPolicy } from '../../src/graph/placement-settings.ts'
import type { Plan } from '../../src/graph/plan.ts'
import { type CheckedPlacement, roomOf } from '../../src/schedule/settings.ts'

export const MIB = 1024 * 1024

export interface NodeDraft extends Partial<PlacementWish> {
  readonly parallelism?: number | 'workers'
  /** Numbers of earlier nodes. */
  readonly from?: readonly number[]
  readonly spreads?: boolean
}

/** Operators n0, n1, ..., each reading those that it names. */
export function graphOf(drafts: readonly NodeDraft[]): Graph {
  const nodes: OperatorNode[] = []
  for (const [id, { parallelism = 'workers', from = [], spreads = false, ...wish }] of drafts.entries()) {
    const partitioning = spreads ? ({ type: 'rebalance' } as const) : ({ type: 'forward' } as const)
    const said = Object.keys(wish).length > 0
    const placement = { affinity: [], antiAffinity: [], exclusive: false, priority: null, ...wish }
    nodes.push({
      id,
      name: `n${id}`,
      kind: from.length === 0 ? 'generate' : 'map',
      inputs: from.map((node) => ({ ...outputOf(nodes[node]!), partitioning })),
      parallelism,
      spec: {},
      site: `job.ts:${id + 1}:1`,
      ...(said && { placement }),
    })
  }
  return { jobName: 'g', nodes }
}

export const MACHINE: Machine = {
  cores: 4,
  heapBytes: 1032 * MIB,
  diskBytesPerSecond: Infinity,
  networkBytesPerSecond: Infinity,
  ioConcurrency: Infinity,
}

export function settings(policy: PlacementPolicy = 'demand', machine: Partial<Machine> = {}, costs = {}): CheckedPlacement {
  return { policy, costs, machine: { ...MACHINE, ...machine }, resourceLimits: {} }
}

const demand: fc.Arbitrary<Demand> = fc.record(
  {
    cpu: fc.constantFrom(0, 0.1, 0.25, 0.5, 0.7, 1),
    heapBytes: fc.constantFrom(0, 100 * MIB, 400 * MIB, 700 * MIB),
    ioConcurrency: fc.constantFrom(1, 10),
  },
  { requiredKeys: [] },
)

/** Up to `count` operators in a tree, with wishes of all kinds. */
export function drafts(count: number, parallelisms: readonly (number | 'workers')[]): fc.Arbitrary<NodeDraft[]> {
  const other = (id: number): fc.Arbitrary<string[]> => {
    const names = Array.from({ length: count }, (_, n) => `n${n}`).filter((name) => name !== `n${id}`)
    return fc.oneof(
      { weight: 4, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => [name]) },
    )
  }
  const node = (id: number): fc.Arbitrary<NodeDraft> =>
    fc.record({
      parallelism: fc.constantFrom(...parallelisms),
      from: id === 0 ? fc.constant([]) : fc.nat(id - 1).map((from) => [from]),
      spreads: fc.boolean(),
      demand: fc.oneof(demand, fc.constant({})),
      affinity: other(id),
      antiAffinity: other(id),
      exclusive: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      priority: fc.constantFrom(null, -5, 0, 10),
    })
  return fc.tuple(...Array.from({ length: count }, (_, id) => node(id)))
}

/** What a placement breaks, told independently of the planner; null: nothing. */
export function broken(plan: Plan, threads: readonly number[], placement: CheckedPlacement): string | null {
  const nodeOf = new Map(plan.graph.nodes.map((node) => [node.name, node]))
  const taskOf = new Map(plan.tasks.flatMap(({ id, nodes }) => nodes.map((node) => [plan.graph.nodes[node]!.name, id])))
  const actorsOf = (name: string): number[] => plan.actors.filter(({ task }) => task === taskOf.get(name)).map(({ id }) => id)
  const near = plan.actors.map(({ id }) => new Set([id]))
  for (const { name, placement: wish } of nodeOf.values()) {
    for (const other of wish?.affinity ?? []) {
      const [own, theirs] = [actorsOf(name), actorsOf(other)]
      for (const [index, actor] of own.entries()) {
        const target = theirs[index % theirs.length]!
        if (threads[actor] !== threads[target]) return `${name} ${index} is not with ${other}`
        const union = new Set([...near[actor]!, ...near[target]!])
        for (const member of union) near[member] = union
      }
    }
    for (const other of wish?.antiAffinity ?? []) {
      const theirs = new Set(actorsOf(other).map((actor) => threads[actor]))
      if (actorsOf(name).some((actor) => theirs.has(threads[actor]))) return `${name} is with ${other}`
    }
  }
  const room = roomOf(plan.workers, placement)
  const wishes = plan.actors.map(({ task }) => plan.tasks[task]!.nodes.flatMap((node) => plan.graph.nodes[node]!.placement ?? []))
  for (let worker = 0; worker < plan.workers; worker++) {
    const there = plan.actors.filter(({ id }) => threads[id] === worker).map(({ id }) => id)
    const sum = (what: 'cpu' | 'heapBytes'): number =>
      there.reduce((total, id) => total + wishes[id]!.reduce((own, wish) => own + (wish.demand?.[what] ?? 0), 0), 0)
    if (sum('cpu') > room.cpu + 1e-6) return `worker ${worker} has too much to do`
    if (sum('heapBytes') > room.heapBytes) return `the heap of worker ${worker} is too small`
    for (const id of there) {
      if (!wishes[id]!.some(({ exclusive }) => exclusive)) continue
      if (there.some((rival) => !near[id]!.has(rival))) return `actor ${id} is not alone`
    }
  }
  return threads.length === plan.actors.length && threads.every((thread) => thread >= 0 && thread < plan.workers)
    ? null
    : 'not all are placed'
}
