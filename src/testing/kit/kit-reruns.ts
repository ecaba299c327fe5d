import type { Registry } from '../../actor/contract.ts'
import { type LaunchSettings, checkOptions } from '../../app/launch-options.ts'
import { Prng } from '../../core/prng.ts'
import { MillraceError } from '../../errors.ts'
import { type Graph, isOutlet, outletName } from '../../graph/graph.ts'
import { type Plan, beginsTime, planJob } from '../../graph/plan.ts'
import { KIT_RESCALED_POSITIONS_MAX, KIT_RING_BYTES } from '../../limits.ts'
import { canGenerate } from '../../state/generated-code.ts'
import type { EngineOptions } from '../../worker/deployment.ts'
import { type Comparison, type Difference, type KitView, findDifference, textOf } from './kit-compare.ts'
import { type KitDeployment, KitEngine, type KitSnapshot } from './kit-engine.ts'
import type { KitEvent } from './kit-outlets.ts'
import { type Step, type Stretch, isRecord, stretchesOf } from './script.ts'

export interface KitCase {
  readonly graph: Graph
  readonly registry: Registry
  readonly inputs: ReadonlyMap<string, readonly string[]>
  readonly script: readonly Step[]
  readonly keyGroups: number
  readonly startMs: number
  readonly seed: number | string
  readonly order: 'list' | 'step' | 'any'
  readonly view: KitView | null
  readonly rescales: boolean
  readonly positionsMax: number
  readonly outsideWaitMs: number
}

/** A way to run a script. */
interface Way {
  readonly workers: number
  readonly settings?: LaunchSettings
  readonly oneByOne?: boolean
}

const NORMAL: Way = { workers: 1 }
const INTERPRETED: Way = { workers: 1, settings: { codec: 'interpreted' } }
const ONE_FRAME: Way = { workers: 1, settings: { transport: 'ring', mailboxBytes: 1024, ringBytes: 4096, chaining: 'off' } }

/** Runs a case in all ways, and compares. */
export class KitReruns {
  readonly #case: KitCase
  readonly #plans = new Map<string, Plan>()
  readonly outlets: readonly string[]
  readonly #stretches: readonly Stretch[]
  /** By step, the last one of its stretch. */
  readonly #lastOf: readonly number[]
  #expected: readonly KitEvent[] = []
  /** Runs and restores besides the first run. */
  count = 0

  constructor(kitCase: KitCase) {
    this.#case = kitCase
    this.outlets = kitCase.graph.nodes.filter(isOutlet).map(outletName)
    this.#stretches = stretchesOf(kitCase.script)
    this.#lastOf = this.#stretches.flatMap(({ at, steps }) => steps.map(() => at + steps.length - 1))
  }

  /** @returns the outputs of the first run, to which all others were equal */
  async run(): Promise<readonly KitEvent[]> {
    this.#expected = await this.#through(NORMAL)
    await this.#rerun('interpreted', INTERPRETED)
    await this.#rerun('with one record in a batch', { workers: 1, settings: { batchRecords: 1 }, oneByOne: true })
    await this.#rerun('through a mailbox of one frame', ONE_FRAME)
    const { rescales, positionsMax } = this.#case
    // The end of the script included.
    const everywhere = Array.from({ length: this.#case.script.length + 1 }, (_, at) => at)
    const positions = this.#chosen(everywhere, positionsMax)
    const snapshots = await this.#checkpointed(NORMAL, positions)
    // Compiling costs more than all the rest of a rerun.
    for (const [i, at] of positions.entries()) await this.#restored(i % 4 === 0 ? NORMAL : INTERPRETED, snapshots, at)
    if (!rescales || positionsMax === 0) return this.#expected
    const few = this.#chosen(positions, KIT_RESCALED_POSITIONS_MAX)
    for (const at of few) await this.#restored({ ...INTERPRETED, workers: 3 }, snapshots, at)
    const spread = await this.#checkpointed({ workers: 3 }, few)
    for (const at of few) await this.#restored({ ...INTERPRETED, workers: 2 }, spread, at)
    return this.#expected
  }

  async #rerun(name: string, way: Way): Promise<void> {
    await this.#named(name, async () => this.#compare(name, way, await this.#through(way)))
  }

  /** Straight through the script. */
  async #through(way: Way): Promise<readonly KitEvent[]> {
    const engine = await KitEngine.start(this.#deployment(way))
    try {
      if (!this.#polls) await engine.settle()
      await this.#go(engine, way, 0)
      // Sources are left to themselves at the end.
      if (this.#polls) await engine.settle()
      return engine.events
    } finally {
      await engine.close()
    }
  }

  /** The same with a checkpoint before some of the steps, which must not change what comes out. */
  async #checkpointed(way: Way, positions: readonly number[]): Promise<ReadonlyMap<number, KitSnapshot>> {
    const name = way.workers === 1 ? 'with a snapshot before every step' : `with snapshots, on ${way.workers} workers`
    const snapshots = new Map<number, KitSnapshot>()
    // A checkpoint lets everything come to rest: sources that run by themselves would be at their end after the first one.
    const rounds = this.#polls ? positions.map((at) => [at]) : [positions]
    for (const round of rounds) await this.#named(name, () => this.#checkpointedAt(name, way, round, snapshots))
    return snapshots
  }

  async #checkpointedAt(name: string, way: Way, positions: readonly number[], snapshots: Map<number, KitSnapshot>): Promise<void> {
    const engine = await KitEngine.start(this.#deployment(way))
    try {
      if (!this.#polls) await engine.settle()
      let from = 0
      for (const at of positions) {
        await this.#go(engine, way, from, at)
        from = at
        snapshots.set(at, await engine.checkpoint(snapshots.size + 1))
      }
      await this.#go(engine, way, from)
      if (this.#polls) await engine.settle()
      this.#compare(name, way, engine.events)
    } finally {
      await engine.close()
    }
  }

  /** From a snapshot to the end: together with what came before it, all that was expected. */
  async #restored(way: Way, snapshots: ReadonlyMap<number, KitSnapshot>, at: number): Promise<void> {
    const on = (way.settings === undefined ? '' : ', interpreted') + (way.workers === 1 ? '' : `, on ${way.workers} workers`)
    const name = `restored ${this.#where(at)}${on}`
    await this.#named(name, async () => {
      const snapshot = snapshots.get(at)!
      const engine = await KitEngine.start(this.#deployment(way), snapshot, at - 1)
      try {
        if (!this.#polls) await engine.settle()
        await this.#go(engine, way, at)
        if (this.#polls) await engine.settle()
        this.#compare(name, way, [...snapshot.events, ...engine.events])
      } finally {
        await engine.close()
      }
    })
  }

  async #go(engine: KitEngine, { oneByOne = false }: Way, from: number, to = this.#case.script.length): Promise<void> {
    for (const stretch of stretchesOf(this.#case.script, from, to)) {
      if (!oneByOne || !isRecord(stretch.steps[0]!)) await engine.apply(stretch)
      else for (const [i, step] of stretch.steps.entries()) await engine.apply({ at: stretch.at + i, steps: [step] })
    }
  }

  /** True where sources run by themselves, turn by turn. */
  get #polls(): boolean {
    return this.#case.script.some((step) => 'turns' in step)
  }

  #deployment({ workers, settings }: Way): KitDeployment {
    const { graph, registry, inputs, startMs, keyGroups, outsideWaitMs } = this.#case
    const options = checkOptions({ workers, keyGroups, freezeRecords: true, ringBytes: KIT_RING_BYTES, ...settings }).engine
    const generateCode = options.codec === 'generated' && canGenerate()
    return { plan: this.#plan(graph, options), options, registry, generateCode, inputs, startMs, outsideWaitMs }
  }

  #plan(graph: Graph, options: EngineOptions): Plan {
    const name = `${options.workers} ${options.chaining}`
    return this.#plans.get(name) ?? this.#plans.set(name, planJob(graph, options)).get(name)!
  }

  /** All of some positions, or a sample. */
  #chosen(positions: readonly number[], most: number): number[] {
    const chosen = [...positions]
    const chance = new Prng(`${this.#case.seed}/${most}`)
    while (chosen.length > most) chosen.splice(chance.nextInt(chosen.length), 1)
    return chosen
  }

  #compare(name: string, way: Way, actual: readonly KitEvent[]): void {
    this.count++
    const { view, seed, script } = this.#case
    const order = this.#orderOf(way)
    const comparison: Comparison = { order, view }
    const difference = findDifference(this.outlets, this.#expected, actual, comparison, (step) => this.#lastOf[step] ?? step)
    if (difference === null) return
    const replay = script.length >= KIT_RESCALED_POSITIONS_MAX ? ` Positions were chosen with seed ${seed}.` : ''
    throw new MillraceError('MR_KIT_DIFFERS', `${name}: ${describe(difference)}${replay}`)
  }

  #orderOf({ workers }: Way): Comparison['order'] {
    if (this.#case.order === 'any') return 'any'
    if (workers === 1 && this.#case.order === 'list' && !this.#isLoose) return 'list'
    if (!this.#polls) return 'stretch'
    return workers === 1 ? 'records' : 'any'
  }

  /** An outlet that several operators send to gets their outputs in any order; where watermarks begin, they come once a batch. */
  get #isLoose(): boolean {
    return this.#case.graph.nodes.some((node) => beginsTime(node) || (isOutlet(node) && node.inputs.length > 1))
  }

  #where(at: number): string {
    const step = this.#case.script[at]
    return step === undefined ? 'after the last step' : `before step ${at} (${textOf(step)})`
  }

  /** Says in which rerun something was thrown. */
  async #named<T>(name: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof Error && !error.message.includes(name)) error.message += `\n[operator kit, rerun ${name}]`
      throw error
    }
  }
}

const SHOWN = 8

function describe({ outlet, position, expected, actual }: Difference): string {
  const show = (lines: readonly string[]): string =>
    lines.length === 0
      ? '\n    (nothing)'
      : `${lines
          .slice(0, SHOWN)
          .map((line) => `\n    ${line}`)
          .join('')}${lines.length > SHOWN ? `\n    ... ${lines.length - SHOWN} more` : ''}`
  return `the outlet "${outlet}" differs from the first run at output ${position}\n  expected${show(expected)}\n  actual${show(actual)}\n`
}
