import type { OperatorNode } from '../graph/graph.ts'
import { priorityOf } from '../graph/placement-options.ts'
import { type Task, type TaskPlan, keepApart, threadInTurn } from '../graph/plan.ts'

/** What actors need of one worker. */
export interface Need {
  readonly cpu: number
  readonly heapBytes: number
}

/** One actor to be placed: an instance of a chain. Its chain's demands add up in it. */
export interface Candidate extends Need {
  readonly id: number
  readonly task: Task
  readonly index: number
  readonly nodes: readonly OperatorNode[]
  /** Some operator of the chain says how much heap it needs. */
  readonly saysHeap: boolean
}

/** Actors that go to a worker together. */
export interface Unit extends Need {
  /** The first one is that for whose sake the unit is where it is. */
  readonly actors: readonly Candidate[]
  /** By actor number: why it is with the first. */
  readonly ties: ReadonlyMap<number, string>
  readonly exclusive: boolean
  /** The highest of its operators. */
  readonly priority: number
  /** The worker to which the first actor goes in turn. */
  readonly home: number
  /** Tasks of which no instance may run where this does. */
  readonly apart: ReadonlySet<number>
}

export function candidatesOf({ graph, tasks }: TaskPlan): Candidate[] {
  const candidates: Candidate[] = []
  let id = 0
  for (const task of tasks) {
    const nodes = task.nodes.map((node) => graph.nodes[node]!)
    const demands = nodes.flatMap(({ placement }) => placement?.demand ?? [])
    const sum = (what: 'cpu' | 'heapBytes'): number => demands.reduce((total, demand) => total + (demand[what] ?? 0), 0)
    const shared = { task, nodes, cpu: sum('cpu'), heapBytes: sum('heapBytes'), saysHeap: demands.some((d) => d.heapBytes !== undefined) }
    for (let index = 0; index < task.parallelism; index++, id++) if (!task.onAppThread) candidates.push({ id, index, ...shared })
  }
  return candidates
}

/** By task: those that may not share a worker with it. */
export function apartTasks({ graph, tasks }: TaskPlan): ReadonlySet<number>[] {
  const wishes = graph.nodes.filter(({ placement }) => (placement?.antiAffinity.length ?? 0) > 0)
  const taskOf = new Map(tasks.flatMap(({ id, nodes }) => nodes.map((node) => [node, id])))
  const apart = tasks.map(() => new Set<number>())
  for (const node of wishes) {
    for (const other of graph.nodes) {
      if (!keepApart(node, other)) continue
      const [a, b] = [taskOf.get(node.id)!, taskOf.get(other.id)!]
      apart[a]!.add(b)
      apart[b]!.add(a)
    }
  }
  return apart
}

/** Groups of actors in the making: who leads each, and why the others are there. */
class Groups {
  readonly #leader: Map<number, number>
  readonly #members: Map<number, Candidate[]>
  readonly ties = new Map<number, string>()

  constructor(candidates: readonly Candidate[]) {
    this.#leader = new Map(candidates.map(({ id }) => [id, id]))
    this.#members = new Map(candidates.map((candidate) => [candidate.id, [candidate]]))
  }

  of(actor: number): readonly Candidate[] {
    return this.#members.get(this.#leader.get(actor)!)!
  }

  /** The group of `follower` joins that of `leader`. */
  join(leader: number, follower: number, why: string): void {
    const [to, from] = [this.#leader.get(leader)!, this.#leader.get(follower)!]
    if (to === from) return
    const moving = this.#members.get(from)!
    // Whoever led the others is now where it is for this reason.
    this.ties.set(from, why)
    for (const { id } of moving) this.#leader.set(id, to)
    this.#members.get(to)!.push(...moving)
    this.#members.delete(from)
  }

  all(): Candidate[][] {
    return [...this.#members.values()]
  }
}

/**
 * Actors that go together: those with affinity, always; those that only hand on what the other gives them (forward edges), as long as nothing that was asked for speaks
 * against it.
 *
 * @param room of one worker; null: forward edges hold nothing together
 */
export function unitsOf(plan: TaskPlan, candidates: readonly Candidate[], room: Need | null): Unit[] {
  const apart = apartTasks(plan)
  const groups = new Groups(candidates)
  const byTask = plan.tasks.map(({ id }) => candidates.filter(({ task }) => task.id === id))
  bindAffine(plan, byTask, groups)
  if (room !== null) bindForward(plan, byTask, groups, apart, room)
  return groups.all().map((actors) => unitOf(actors, groups.ties, apart, plan.workers))
}

function bindAffine({ graph, tasks }: TaskPlan, byTask: readonly (readonly Candidate[])[], groups: Groups): void {
  const taskOf = new Map(tasks.flatMap(({ id, nodes }) => nodes.map((node) => [graph.nodes[node]!.name, id])))
  for (const { name, placement } of graph.nodes) {
    for (const other of placement?.affinity ?? []) {
      const [own, theirs] = [byTask[taskOf.get(name)!]!, byTask[taskOf.get(other)!]!]
      for (const { id, index } of own) groups.join(theirs[index % theirs.length]!.id, id, `affinity to ${other}`)
    }
  }
}

function bindForward(
  { edges, graph }: TaskPlan,
  byTask: readonly (readonly Candidate[])[],
  groups: Groups,
  apart: readonly ReadonlySet<number>[],
  room: Need,
): void {
  for (const { fromNode, fromTask, toTask, partitioning } of edges) {
    if (partitioning.type !== 'forward') continue
    for (const { id, index } of byTask[toTask]!) {
      const from = byTask[fromTask]![index]!
      const [left, right] = [groups.of(from.id), groups.of(id)]
      if (left === right || isExclusive(left) || isExclusive(right) || !fits([...left, ...right], room)) continue
      if (left.some((a) => right.some((b) => apart[a.task.id]!.has(b.task.id)))) continue
      groups.join(from.id, id, `fed by ${graph.nodes[fromNode]!.name}`)
    }
  }
}

function unitOf(
  actors: readonly Candidate[],
  ties: ReadonlyMap<number, string>,
  apart: readonly ReadonlySet<number>[],
  workers: number,
): Unit {
  const first = actors[0]!
  return {
    actors,
    ties,
    ...needOf(actors),
    exclusive: isExclusive(actors),
    priority: Math.max(...actors.map(({ nodes }) => priorityOf(nodes))),
    home: threadInTurn(first.task, first.index, workers),
    apart: new Set(actors.flatMap(({ task }) => [...apart[task.id]!])),
  }
}

function isExclusive(actors: readonly Candidate[]): boolean {
  return actors.some(({ nodes }) => nodes.some(({ placement }) => placement?.exclusive === true))
}

export function needOf(actors: readonly Need[]): Need {
  return actors.reduce((sum, { cpu, heapBytes }) => ({ cpu: sum.cpu + cpu, heapBytes: sum.heapBytes + heapBytes }), {
    cpu: 0,
    heapBytes: 0,
  })
}

/** Sums of fractions are not quite exact. */
const ROUNDING = 1e-9

export function fits(needs: readonly Need[], room: Need): boolean {
  const { cpu, heapBytes } = needOf(needs)
  return cpu <= room.cpu + ROUNDING && heapBytes <= room.heapBytes
}
