import { MillraceError } from '../errors.ts'
import type { Graph, InputEdge, OperatorNode } from './graph.ts'
import type { Partitioning } from '../actor/partitioning.ts'
import { INLET_KIND, isOutlet } from './graph.ts'

/** A chain of fused operators at one parallelism. `nodes[0]` is its head: a source, or the only one that reads channels. */
export interface Task {
  readonly id: number
  readonly name: string
  readonly nodes: readonly number[]
  readonly parallelism: number
  /** Outlets live on the app thread, one instance, without operators. */
  readonly onAppThread: boolean
}

export interface TaskEdge {
  readonly id: number
  readonly fromNode: number
  /** The named output of that node which it leads away from, or the one that every operator has. */
  readonly output: string | undefined
  readonly fromTask: number
  readonly toTask: number
  readonly partitioning: Partitioning
  /** Which of the receiving operator's inputs it leads to. */
  readonly input: number
  /** True when records on it may carry event times. */
  readonly timestamps: boolean
}

export interface ActorPlacement {
  readonly id: number
  readonly task: number
  readonly index: number
  /** Worker number, or `workers` for the app thread. */
  readonly thread: number
}

export interface Channel {
  readonly id: number
  /** Edge id, or -1 for the channel from an inlet on the app thread to its source actor. */
  readonly edge: number
  readonly fromActor: number
  readonly toActor: number
  readonly fromThread: number
  readonly toThread: number
}

/** Who runs where, and who talks to whom. A pure function of graph and options, so every thread computes the same. */
export interface Plan {
  readonly graph: Graph
  readonly workers: number
  readonly tasks: readonly Task[]
  readonly edges: readonly TaskEdge[]
  readonly actors: readonly ActorPlacement[]
  readonly channels: readonly Channel[]
}

export interface PlanOptions {
  readonly workers: number
  /** 'off': one operator per actor. Default 'on'. */
  readonly chaining: 'on' | 'off'
  /** By actor, as they were placed (src/schedule/); absent or null: each task's instances in turn, from worker 0 on. */
  readonly threads?: readonly number[] | null
  /** By operator that has another number of instances than the job says. */
  readonly instances?: Readonly<Record<string, number>>
}

/** Watermarks begin in this operator, so it is the head of its task. */
export function beginsTime(node: OperatorNode): boolean {
  return node.spec['watermarks'] !== undefined
}

/** Never fused with its input. */
function startsChain(node: OperatorNode): boolean {
  return beginsTime(node) || node.spec['startsChain'] === true || node.definition?.startsChain === true
}

/** The pseudo actor that stands for the app thread as sender into inlets. */
export const APP_ACTOR = -1

/**
 * Who runs where, and who talks to whom.
 *
 * @throws MillraceError MR_GRAPH_INVALID
 */
export function planJob(graph: Graph, options: PlanOptions): Plan {
  return planActors(planTasks(graph, options), options.threads ?? null)
}

/** What there is to place. Actors have their numbers in the order of their tasks and instances. */
export type TaskPlan = Pick<Plan, 'graph' | 'workers' | 'tasks' | 'edges'>

export function planTasks(graph: Graph, options: PlanOptions): TaskPlan {
  const parallelism = graph.nodes.map((node) => instances(node, options.workers, options.instances))
  const described = graph.nodes.map((node) => instances(node, options.workers, undefined))
  // Those that happen to have equally many since a rescale stay apart: their next numbers are not the same.
  const alike: Alike = (a, b) => parallelism[a] === parallelism[b] && described[a] === described[b]
  const taskOf = assignTasks(graph, alike, options.chaining === 'on')
  const tasks = collectTasks(graph, taskOf, parallelism)
  return { graph, workers: options.workers, tasks, edges: collectEdges(graph, taskOf, tasks, alike) }
}

export function planActors(plan: TaskPlan, threads: readonly number[] | null): Plan {
  const actors = placeActors(plan, threads)
  return { ...plan, actors, channels: collectChannels(plan.graph, plan.tasks, plan.edges, actors, plan.workers) }
}

/** Two operators have equally many instances, and go on to. */
type Alike = (node: number, other: number) => boolean

function instances(node: OperatorNode, workers: number, changed: PlanOptions['instances']): number {
  if (isOutlet(node)) return 1
  return changed?.[node.name] ?? (node.parallelism === 'workers' ? workers : node.parallelism)
}

/** One of them says that it must not run where the other does. */
export function keepApart(a: OperatorNode, b: OperatorNode): boolean {
  return a.placement?.antiAffinity.includes(b.name) === true || b.placement?.antiAffinity.includes(a.name) === true
}

/** Operators that are the sending end of an edge: they route what they send themselves. */
const COMBINERS: ReadonlySet<string> = new Set(['combine', 'windowCombine', 'sessionCombine'])

/** Task number of each node: an operator joins the task of its only input when the edge is forward and nothing spreads. */
function assignTasks(graph: Graph, alike: Alike, chaining: boolean): number[] {
  const taskOf: number[] = []
  let tasks = 0
  for (const node of graph.nodes) {
    const input = node.inputs.length === 1 ? node.inputs[0]! : null
    const fuses =
      input?.partitioning.type === 'forward' &&
      alike(input.from, node.id) &&
      !isOutlet(node) &&
      !startsChain(node) &&
      !graph.nodes.some((other) => taskOf[other.id] === taskOf[input.from] && keepApart(node, other))
    // A combiner stays with its input even without chaining: it is the sending end of an edge, not an operator of the user.
    taskOf.push(fuses && (chaining || COMBINERS.has(node.kind)) ? taskOf[input!.from]! : tasks++)
  }
  return taskOf
}

function collectTasks(graph: Graph, taskOf: readonly number[], parallelism: readonly number[]): Task[] {
  const nodes: number[][] = []
  taskOf.forEach((task, node) => (nodes[task] ??= []).push(node))
  return nodes.map((members, id) => {
    const head = graph.nodes[members[0]!]!
    return {
      id,
      name: members.map((n) => graph.nodes[n]!.name).join(' > '),
      nodes: members,
      parallelism: parallelism[head.id]!,
      onAppThread: isOutlet(head),
    }
  })
}

function collectEdges(graph: Graph, taskOf: readonly number[], tasks: readonly Task[], alike: Alike): TaskEdge[] {
  const timed = timedNodes(graph)
  const edges: TaskEdge[] = []
  for (const node of graph.nodes) {
    requireTime(node, timed)
    for (const input of node.inputs) {
      const [from, to] = [taskOf[input.from]!, taskOf[node.id]!]
      if (from === to) continue
      const timestamps = timed[input.from]!
      const staysForward = alike(input.from, node.id)
      const partitioning = settle(node, input, tasks[from]!, tasks[to]!, timestamps, staysForward)
      edges.push({
        id: edges.length,
        fromNode: input.from,
        output: input.output,
        fromTask: from,
        toTask: to,
        partitioning,
        input: input.input ?? 0,
        timestamps,
      })
    }
  }
  return edges
}

function settle(
  node: OperatorNode,
  { partitioning }: InputEdge,
  from: Task,
  to: Task,
  timestamps: boolean,
  staysForward: boolean,
): Partitioning {
  if (to.onAppThread) return { type: 'gather' }
  if (partitioning.type === 'time' && partitioning.by === 'event' && !timestamps) {
    refuse(node, "partitionByTime({ by: 'event' }) needs event times: give the source an eventTime, or partition by 'arrival'")
  }
  if (partitioning.type !== 'forward' || staysForward) return partitioning
  if (partitioning.strict) {
    refuse(
      node,
      `forward() leads from ${from.parallelism} instances ("${from.name}") to ${to.parallelism}: give both the same parallelism, or rebalance()`,
    )
  }
  return to.parallelism === 1 ? { type: 'gather' } : { type: 'rebalance' }
}

function requireTime(node: OperatorNode, timed: readonly boolean[]): void {
  if (node.spec['needsEventTime'] !== true || node.inputs.every(({ from }) => timed[from])) return
  refuse(node, `${node.kind} needs event times: give the source an eventTime, or use withEventTime()`)
}

function refuse(node: OperatorNode, why: string): never {
  throw new MillraceError('MR_GRAPH_INVALID', why, { operator: node.name, site: node.site })
}

function timedNodes(graph: Graph): boolean[] {
  const timed: boolean[] = []
  // An inlet of the operator kit is given the event times of its records.
  const begins = ({ spec }: OperatorNode): boolean => spec['eventTime'] !== undefined || spec['timed'] === true
  for (const node of graph.nodes) timed.push(begins(node) || node.inputs.some((input) => timed[input.from]))
  return timed
}

function placeActors({ tasks, workers }: TaskPlan, threads: readonly number[] | null): ActorPlacement[] {
  const actors: ActorPlacement[] = []
  for (const task of tasks) {
    for (let index = 0; index < task.parallelism; index++) {
      const id = actors.length
      actors.push({ id, task: task.id, index, thread: threads?.[id] ?? threadInTurn(task, index, workers) })
    }
  }
  return actors
}

/** Where an instance runs unless something speaks against it. */
export function threadInTurn(task: Task, index: number, workers: number): number {
  return task.onAppThread ? workers : index % workers
}

function collectChannels(
  graph: Graph,
  tasks: readonly Task[],
  edges: readonly TaskEdge[],
  actors: readonly ActorPlacement[],
  workers: number,
): Channel[] {
  const byTask: ActorPlacement[][] = tasks.map(() => [])
  for (const actor of actors) byTask[actor.task]!.push(actor)
  const channels: Channel[] = []
  const connect = (edge: number, from: ActorPlacement | null, to: ActorPlacement): void => {
    channels.push({
      id: channels.length,
      edge,
      fromActor: from?.id ?? APP_ACTOR,
      toActor: to.id,
      fromThread: from?.thread ?? workers,
      toThread: to.thread,
    })
  }
  for (const task of tasks)
    if (graph.nodes[task.nodes[0]!]!.kind === INLET_KIND) for (const actor of byTask[task.id]!) connect(-1, null, actor)
  for (const edge of edges) {
    for (const from of byTask[edge.fromTask]!) for (const to of reached(edge, from, byTask[edge.toTask]!)) connect(edge.id, from, to)
  }
  return channels
}

/** Which of the receiving task's instances, in their order, one of the sending task has a channel to. */
function reached({ partitioning }: TaskEdge, from: ActorPlacement, receivers: readonly ActorPlacement[]): readonly ActorPlacement[] {
  switch (partitioning.type) {
    case 'forward':
      return receivers.slice(from.index, from.index + 1)
    case 'gather':
      return receivers.slice(0, 1)
    default:
      return receivers
  }
}

/** Which instance owns each key group: contiguous ranges, as even as can be. */
export function routingTable(keyGroups: number, parallelism: number): Uint16Array {
  if (parallelism > keyGroups) {
    throw new MillraceError(
      'MR_GRAPH_INVALID',
      `A keyed operator has ${parallelism} instances, more than the ${keyGroups} key groups of the job`,
    )
  }
  return Uint16Array.from({ length: keyGroups }, (_, group) => Math.floor((group * parallelism) / keyGroups))
}
