import { Actor } from '../actor/actor.ts'
import type { ActorEvents, ActorParts, OperatorInstance } from '../actor/actor-parts.ts'
import type { BadInput, Emit, OperatorActor, OperatorContext, OperatorDefinition, Registry } from '../actor/contract.ts'
import { Place } from '../actor/place.ts'
import { type GuardedOutput, RecordGuard } from '../actor/record-guard.ts'
import type { Mailbox } from '../channel/mailbox.ts'
import type { Outbox } from '../channel/outbox.ts'
import type { BatchDecoder } from '../codec/index.ts'
import type { Clock } from '../core/clock.ts'
import { MillraceError } from '../errors.ts'
import { type ChainCodeOptions, type ChainHead, type ChainRun, type ChainStep, compileEmit, compileRun } from '../graph/chain-code.ts'
import { linkEmit, linkRun } from '../graph/chain-closures.ts'
import { DEAD_LETTERS, asksReader, holdsDeadLetters, undeliveredTo } from '../graph/dead-letters.ts'
import { type Graph, type OperatorNode } from '../graph/graph.ts'
import { type ActorPlacement, type Plan, type Task, type TaskEdge, beginsTime } from '../graph/plan.ts'
import { type SplitWatermarks, WHOLE_INSTANCE } from '../time/split-watermarks.ts'
import { placeOf } from './blame.ts'
import { keySampling } from './key-sampling.ts'
import { TimedRun } from './timed-run.ts'
import { buildLatency } from './build-latency.ts'
import { NO_EMITS, NO_STEPS, noOrigin, nowhere, toNowhere, unguarded } from './usual-parts.ts'
import { buildDrift, buildWatermarks } from './build-watermarks.ts'

export interface ActorEnvironment {
  readonly plan: Plan
  readonly registry: Registry
  readonly origin: Pick<OperatorContext, 'attempt' | 'lineage' | 'firstCheckpoint'>
  /** How far the sources of groups are that are read abreast, by actor. */
  readonly watermarks: SharedArrayBuffer
  readonly latencyMarkersMs: number
  readonly keyGroups: number
  readonly clock: Clock
  readonly generateCode: boolean
  readonly freeze: ((record: unknown) => void) | null
  readonly batchRecords: number
  readonly notify: OperatorContext['notify']
  readonly requestCheckpoint: OperatorContext['requestCheckpoint']
  /** What the code of a task's chains has in common. */
  readonly codeOf: (task: Task) => ChainCodeOptions
  readonly blameOf: (node: OperatorNode) => OperatorInstance['blame']
  readonly stateOf: (node: OperatorNode, actor: number) => Pick<OperatorContext, 'backend' | 'workingStore' | 'openTable'>
}

export interface ActorWiring extends Pick<ActorParts, 'log'> {
  readonly mailbox: Mailbox
  /** By channel: which of the head's inputs it leads to. */
  readonly inputs: readonly number[]
  readonly decoder: (channel: number) => BatchDecoder
  /** Names of the channels, in the order of the mailbox. */
  readonly channels: () => readonly string[]
  /** By edge id. */
  readonly outboxes: ReadonlyMap<number, Outbox>
  readonly events: ActorEvents
  readonly wake: () => void
  readonly wakeAt: OperatorContext['wakeAt']
  /** The attempt is over: late promises must not wake the actor. */
  readonly onClose: () => void
}

/** Makes an actor: creates the operators of its chain from the last to the first, so that each one's emit is there when it is made. */
export function buildActor(environment: ActorEnvironment, placement: ActorPlacement, wiring: ActorWiring): Actor {
  return new ChainBuilder(environment, placement, wiring).build()
}

class ChainBuilder {
  readonly #environment: ActorEnvironment
  readonly #placement: ActorPlacement
  readonly #wiring: ActorWiring
  readonly #graph: Graph
  readonly #task: Task
  readonly #code: ChainCodeOptions
  /** In the order in which records pass them: the last one is created first. */
  #instances: readonly OperatorInstance[] = []
  readonly #guards: RecordGuard[] = []
  readonly #place: Place | null
  /** Where letters go about records that could not be sent, by operator and output: an operator may reach a reader in several ways. */
  #undelivered: Map<string, Emit> | null = null
  readonly #splits: SplitWatermarks | null
  #run: ChainRun = () => -Infinity
  readonly #timed: TimedRun
  #actor: Actor | null = null

  constructor(environment: ActorEnvironment, placement: ActorPlacement, wiring: ActorWiring) {
    this.#environment = environment
    this.#placement = placement
    this.#wiring = wiring
    this.#graph = environment.plan.graph
    this.#task = environment.plan.tasks[placement.task]!
    const head = this.#graph.nodes[this.#task.nodes[0]!]!
    this.#splits = buildWatermarks(head)
    this.#timed = new TimedRun(this.#splits, environment.clock)
    this.#place = this.#writesLetters() ? new Place(placement.index, head.name, wiring.channels()) : null
    const code = environment.codeOf(this.#task)
    this.#code = this.#place === null ? code : { ...code, place: this.#place }
  }

  /** True when a dead letter may begin in this actor. */
  #writesLetters(): boolean {
    const { nodes } = this.#graph
    return (
      this.#task.nodes.some((id) => nodes[id]!.onError?.deadLetter) ||
      nodes.some(
        (reader) => reader.onError?.deadLetter && reader.inputs.some((input) => asksReader(input) && this.#task.nodes.includes(input.from)),
      )
    )
  }

  build(): Actor {
    const node = this.#graph.nodes[this.#task.nodes[0]!]!
    const head = node.inputs.length === 0 ? this.#buildSource(node) : this.#buildReader(node)
    this.#timed.sampling = keySampling(this.#environment.plan, this.#placement, this.#instances)
    this.#actor = new Actor(
      {
        id: this.#placement.id,
        index: this.#placement.index,
        parallelism: this.#task.parallelism,
        headName: node.name,
        clock: this.#environment.clock,
        inputs: this.#wiring.inputs,
        splits: this.#splits,
        drift: buildDrift(this.#environment, this.#placement, this.#wiring, this.#splits),
        name: `${this.#task.name} (${this.#placement.index + 1}/${this.#task.parallelism})`,
        operators: [...this.#instances, ...this.#lookers(node)],
        badRecords: this.#guards,
        query: (operator, state, key) => this.#instances.find(({ name }) => name === operator)?.actor.query?.(state, key),
        latency: buildLatency(this.#environment, node, this.#wiring),
        place: this.#place,
        source: head !== null && head.poll !== undefined ? head : null,
        head: head !== null && head.processBatch !== undefined ? head : null,
        keys: this.#timed.sampling,
        run: (records, from, to, timestamps) => this.#timed.run(this.#run, WHOLE_INSTANCE, records, from, to, timestamps),
        mailbox: this.#wiring.mailbox,
        decoder: this.#wiring.decoder,
        outboxes: [...this.#wiring.outboxes.values()],
        onClose: this.#wiring.onClose,
        log: this.#wiring.log,
      },
      this.#wiring.events,
    )
    return this.#actor
  }

  #buildSource(node: OperatorNode): OperatorActor | null {
    const definition = this.#definition(node)
    const head = { id: node.id, definition, spec: node.spec, observe: this.#observer() }
    this.#runs(head, this.#stepsAfter(node))
    return definition.create === undefined ? null : this.#create(node, nowhere, this.#emitters(this.#stepsByOutput(node)))
  }

  #buildReader(node: OperatorNode): OperatorActor | null {
    if (beginsTime(node)) return this.#buildTimer(node)
    const step = this.#step(node)
    const reader = { id: node.id, definition: { kind: 'reader' }, spec: {} }
    // What was frozen by its sender costs one look; what was decoded is new.
    this.#runs(reader, [step])
    // Under a policy records come one by one, so that one can be left out.
    return step.guard === undefined ? step.actor : null
  }

  /** An operator that gives records their event times: the loop itself does it. */
  #buildTimer(node: OperatorNode): null {
    const letters = (): GuardedOutput => ({ emit: this.#emit(this.#stepsAfter(node, DEAD_LETTERS)), leaves: false })
    const guard = node.onError === undefined ? undefined : this.#guard(node, `${node.name}/onError`, [letters()])
    const head = { id: node.id, definition: { kind: node.kind }, spec: node.spec, observe: this.#observer(), guard }
    this.#runs(head, this.#stepsAfter(node))
    return null
  }

  #observer(): Emit | undefined {
    const splits = this.#splits
    return splits?.seesRecords === true ? (record, timestamp) => splits.onRecord(record, timestamp) : undefined
  }

  /** Its code is made for the first batch: of ten thousand actors most never have one. */
  #runs(head: ChainHead, steps: readonly ChainStep[]): void {
    const link = this.#environment.generateCode ? compileRun : linkRun
    this.#run = (...rows) => (this.#run = link(head, steps, this.#code))(...rows)
  }

  #emit(steps: readonly ChainStep[]): Emit {
    if (steps.length === 0) return nowhere
    return this.#environment.generateCode ? compileEmit(steps, this.#code) : linkEmit(steps, this.#code)
  }

  #stepsAfter(node: OperatorNode, output?: string): ChainStep[] {
    const fused = this.#fusedWith(node).filter((next) => next.inputs[0]!.output === output)
    const edges = this.#edgesOf(node).filter((edge) => edge.output === output && edge.partitioning.type !== 'combined')
    return [...fused.map((next) => this.#step(next)), ...edges.map((edge) => this.#partitionStep(node, edge))]
  }

  /** The end of a chain that leads to other actors. Key and partitioner are the reader's, so what they throw goes by the reader's policy. */
  #partitionStep(node: OperatorNode, edge: TaskEdge): ChainStep {
    const spec = { output: this.#wiring.outboxes.get(edge.id)!, partitioning: edge.partitioning, clock: this.#environment.clock }
    const reader = this.#graph.nodes[this.#environment.plan.tasks[edge.toTask]!.nodes[0]!]!
    const step = { id: reader.id, definition: this.#environment.registry.get('partition')!, spec, actor: null, next: [] }
    if (reader.onError === undefined || !asksReader(edge)) return step
    const output = undeliveredTo(reader.id)
    const from = `${node.id}${output}`
    this.#undelivered ??= new Map()
    const letters = this.#undelivered.get(from) ?? this.#emit(this.#stepsAfter(node, output))
    this.#undelivered.set(from, letters)
    const edges = this.#edgesOf(node).filter(({ toTask }) => toTask === edge.toTask)
    const stateName = `${node.name}/onError ${reader.name} ${edges.indexOf(edge)}`
    return { ...step, guard: this.#guard(reader, stateName, [{ emit: letters, leaves: false }]) }
  }

  #guard(node: OperatorNode, stateName: string, outputs: readonly GuardedOutput[]): RecordGuard {
    const guard = new RecordGuard({
      ...placeOf(node),
      stateName,
      policy: node.onError!,
      index: this.#placement.index,
      clock: this.#environment.clock,
      place: this.#place,
      outputs,
    })
    this.#guards.push(guard)
    return guard
  }

  /** By named output of a node that something reads: its steps. */
  #stepsByOutput(node: OperatorNode): ReadonlyMap<string, readonly ChainStep[]> {
    const read = [...this.#fusedWith(node).map((next) => next.inputs[0]!.output), ...this.#edgesOf(node).map((edge) => edge.output)]
    const names = new Set(read.filter((output): output is string => output !== undefined && !holdsDeadLetters(output)))
    return names.size === 0 ? NO_STEPS : new Map([...names].map((output) => [output, this.#stepsAfter(node, output)]))
  }

  /** Operators of this chain that read a node: each has no other input. */
  #fusedWith(node: OperatorNode): OperatorNode[] {
    return this.#task.nodes
      .map((id) => this.#graph.nodes[id]!)
      .filter((next) => next.id !== node.id && next.inputs.some((input) => input.from === node.id))
  }

  #edgesOf(node: OperatorNode): TaskEdge[] {
    return this.#environment.plan.edges.filter((edge) => edge.fromNode === node.id)
  }

  #step(node: OperatorNode): ChainStep {
    const definition = this.#definition(node)
    const next = this.#stepsAfter(node)
    const outputs = this.#stepsByOutput(node)
    if (node.onError !== undefined) return this.#guardedStep(node, definition, next, outputs)
    if (definition.create === undefined) return { id: node.id, definition, spec: node.spec, actor: null, next, outputs }
    const actor = this.#processor(node, this.#emit(next), this.#emitters(outputs))
    return { id: node.id, definition, spec: node.spec, actor, next: [] }
  }

  #guardedStep(
    node: OperatorNode,
    definition: OperatorDefinition,
    next: readonly ChainStep[],
    outputs: ReadonlyMap<string, readonly ChainStep[]>,
  ): ChainStep {
    const names = [...outputs.keys()]
    const edges = this.#edgesOf(node).filter(({ partitioning }) => partitioning.type !== 'combined')
    const leaves = (output?: string): boolean => edges.some((edge) => edge.output === output)
    const letters = this.#stepsAfter(node, DEAD_LETTERS)
    const guard = this.#guard(node, `${node.name}/onError`, [
      { emit: this.#emit(next), leaves: leaves() },
      ...names.map((name) => ({ emit: this.#emit(outputs.get(name)!), leaves: leaves(name) })),
      { emit: this.#emit(letters), leaves: false },
    ])
    const step = { id: node.id, definition, spec: node.spec, next: [], outputs, guard }
    if (definition.create === undefined) return { ...step, actor: null }
    const actor = this.#processor(node, guard.emitter(0), new Map(names.map((name, i) => [name, guard.emitter(i + 1)])), guard)
    guard.undoes = actor
    return { ...step, actor }
  }

  #processor(node: OperatorNode, emit: Emit, outputs: ReadonlyMap<string, Emit>, guard: RecordGuard | null = null): OperatorActor {
    const actor = this.#create(node, emit, outputs, guard)
    if (actor.process !== undefined) return actor
    throw new MillraceError('MR_GRAPH_INVALID', `The operator kind "${this.#definition(node).kind}" has no process method`, placeOf(node))
  }

  /** What keeps account of bad records, in the place of operators for snapshots. Their state is named after one: `operator/what`. */
  #lookers(head: OperatorNode): OperatorInstance[] {
    const asIs = (error: unknown): unknown => error
    const guards = this.#guards.map((guard) => ({ name: guard.stateName, actor: guard, blame: asIs }))
    return this.#place === null ? guards : [...guards, { name: `${head.name}/place`, actor: this.#place, blame: asIs }]
  }

  #badInput(node: OperatorNode): BadInput {
    const guard = this.#guard(node, `${node.name}/onError`, [{ emit: this.#emit(this.#stepsAfter(node, DEAD_LETTERS)), leaves: false }])
    return {
      next: () => guard.begin(),
      leaveOut: (raw, failure, split, position) => {
        this.#place?.isAt(split, position)
        guard.failed(failure, raw, NaN)
        guard.end()
      },
    }
  }

  #emitters(outputs: ReadonlyMap<string, readonly ChainStep[]>): ReadonlyMap<string, Emit> {
    return outputs === NO_STEPS ? NO_EMITS : new Map([...outputs].map(([name, steps]) => [name, this.#emit(steps)]))
  }

  #create(node: OperatorNode, emit: Emit, outputs: ReadonlyMap<string, Emit>, guard: RecordGuard | null = null): OperatorActor {
    const { plan, origin, keyGroups, clock, generateCode, notify, requestCheckpoint } = this.#environment
    const combined = this.#edgesOf(node).find((edge) => edge.partitioning.type === 'combined')
    const context: OperatorContext = {
      jobName: plan.graph.jobName,
      operator: node.name,
      site: node.site,
      index: this.#placement.index,
      parallelism: this.#task.parallelism,
      ...origin,
      keyGroups,
      clock,
      watermark: () => this.#actor!.watermark,
      freezes: this.#environment.freeze !== null,
      generateCode,
      emit,
      emitTo: outputs.size === 0 ? toNowhere : (name) => outputs.get(name) ?? nowhere,
      output: combined === undefined ? null : this.#wiring.outboxes.get(combined.id)!,
      origin: this.#place === null ? noOrigin : () => this.#place!.where,
      guarded: guard === null ? unguarded : (record, timestamp, origin, work) => guard.run(record, timestamp, origin, work),
      undoes: node.onError !== undefined,
      badInput: node.inputs.length === 0 && node.onError !== undefined ? this.#badInput(node) : null,
      run: (records, from, to, timestamps, split = WHOLE_INSTANCE, position = from) => {
        this.#place?.readsSplit(split === WHOLE_INSTANCE ? null : split, position - from)
        // What an inlet reads is counted where its frames come in.
        if (this.#actor!.polls) this.#actor!.recordsIn += to - from
        this.#timed.run(this.#run, split, records, from, to, timestamps)
      },
      openSplit: this.#splits === null ? nowhere : (split) => this.#splits!.open(split, clock.monotonicMs()),
      closeSplit: this.#splits === null ? nowhere : (split) => this.#splits!.close(split),
      notify,
      requestCheckpoint,
      wake: this.#wiring.wake,
      wakeAt: this.#wiring.wakeAt,
      batchRecords: this.#environment.batchRecords,
      ...this.#environment.stateOf(node, this.#placement.id),
    }
    const actor = this.#definition(node).create!(node.spec, context)
    this.#instances = [{ name: node.name, actor, blame: this.#environment.blameOf(node) }, ...this.#instances]
    return actor
  }

  #definition(node: OperatorNode): NonNullable<OperatorNode['definition']> {
    const definition = node.definition ?? this.#environment.registry.get(node.kind)
    if (definition === undefined) throw new MillraceError('MR_GRAPH_INVALID', `There is no operator kind "${node.kind}"`, placeOf(node))
    return definition
  }
}
