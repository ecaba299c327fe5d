import { nearestName, onlyKnown } from '../core/known-options.ts'
import { refuseOption } from '../core/refuse-option.ts'
import { MillraceError } from '../errors.ts'
import type { OperatorNode } from './graph.ts'
import { type CheckedRule, PRIORITY_WANTED, type PriorityRule, checkRule, isPriority } from './priority-rule.ts'

/** What one instance of an operator needs, as far as it is known. What is not said counts as nothing. */
export interface Demand {
  /** Cores that it keeps busy: 0.5 is half of one. An instance runs on one thread, so more than 1 is never there. */
  readonly cpu?: number
  /** Bytes of V8 heap for its state and whatever it keeps. A worker whose actors all say it has a heap of that size, and is lost when they take more. */
  readonly heapBytes?: number
  readonly diskBytesPerSecond?: number
  readonly networkBytesPerSecond?: number
  /** Calls and file operations that it has under way at a time. */
  readonly ioConcurrency?: number
}

/** Where an operator is to run, and what it needs there. Operators take it among their options; see docs/placement.md. */
export interface PlacementOptions {
  /** What one instance needs: launch is refused with MR_PLACEMENT_IMPOSSIBLE when the machine has not got it. */
  readonly demand?: Demand
  /** Names of operators: instance i runs on the worker of their instance i (modulo how many they have). */
  readonly affinity?: string | readonly string[]
  /** Names of operators: no worker runs instances of both. */
  readonly antiAffinity?: string | readonly string[]
  /** Each instance has a worker for itself, and for what is fused with it or has affinity to it. */
  readonly exclusive?: boolean
  /**
   * -100 to 100, default 0. What is higher runs first among the actors of a worker, of which each lower level keeps a twentieth of the time at least, and is placed first
   * under the policy 'priority'. A rule: it follows what is measured while the job runs.
   */
  readonly priority?: number | PriorityRule
}

/** For {@link onlyKnown}. */
export const PLACEMENT_OPTIONS = { demand: 1, affinity: 1, antiAffinity: 1, exclusive: 1, priority: 1 } as const

export const DEMANDS = { cpu: 1, heapBytes: 1, diskBytesPerSecond: 1, networkBytesPerSecond: 1, ioConcurrency: 1 } as const

/** The same, checked. */
export interface PlacementWish {
  readonly demand?: Demand
  readonly affinity: readonly string[]
  readonly antiAffinity: readonly string[]
  readonly exclusive: boolean
  /** Null: not said, which counts as 0. Of a rule: what it is before the first look. */
  readonly priority: number | null
  readonly priorityRule?: CheckedRule
}

const NAMES = Object.keys(PLACEMENT_OPTIONS) as readonly (keyof PlacementOptions)[]

/** Those that are said. */
export function placementOf(options: PlacementOptions): PlacementOptions {
  return Object.fromEntries(NAMES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]))
}

/** All other options. */
export function withoutPlacement<T extends PlacementOptions>(options: T): Omit<T, keyof PlacementOptions> {
  const { demand: _demand, affinity: _near, antiAffinity: _far, exclusive: _exclusive, priority: _priority, ...others } = options
  return others
}

/**
 * Null where nothing is said.
 *
 * @throws MillraceError MR_OPTION_INVALID
 */
export function checkPlacement(options: PlacementOptions | undefined, name: string, site: string): PlacementWish | null {
  if (options === undefined || NAMES.every((option) => options[option] === undefined)) return null
  const { demand, affinity, antiAffinity, exclusive = false, priority: said = null } = options
  const refuse = (what: string, value: unknown, wanted: string): never => refuseOption(what, value, wanted, { operator: name, site })
  if (typeof exclusive !== 'boolean') refuse('exclusive', exclusive, 'true or false')
  const rule = typeof said === 'object' && said !== null ? checkRule(said, site, refuse) : null
  const priority = rule === null ? (said as number | null) : rule.otherwise
  if (options.priority !== undefined && !isPriority(priority)) refuse('priority', said, `${PRIORITY_WANTED}, nor a rule`)
  onlyKnown('demand', demand, DEMANDS, site)
  for (const [what, value] of Object.entries(demand ?? {}))
    if (!(typeof value === 'number' && value >= 0 && value < Infinity)) refuse(`demand.${what}`, value, 'a number of 0 or more')
  const near = namesOf('affinity', affinity, refuse)
  const far = namesOf('antiAffinity', antiAffinity, refuse)
  return {
    ...(demand !== undefined && { demand }),
    affinity: near,
    antiAffinity: far,
    exclusive,
    priority,
    ...(rule && { priorityRule: rule }),
  }
}

function namesOf(what: string, given: unknown, refuse: (what: string, value: unknown, wanted: string) => never): readonly string[] {
  const names: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given]
  for (const name of names) if (typeof name !== 'string') refuse(what, name, 'the name of an operator')
  return names as readonly string[]
}

/**
 * Names of operators can be checked only when all of them are there.
 *
 * @throws MillraceError MR_GRAPH_INVALID for one that is not, for an operator that names itself, and for one that is named by both
 */
export function requireNamed(nodes: readonly OperatorNode[]): void {
  const known = new Set(nodes.map(({ name }) => name))
  for (const { name, site, placement } of nodes) {
    if (placement === undefined) continue
    const refuse = (text: string): never => {
      throw new MillraceError('MR_GRAPH_INVALID', text, { operator: name, site })
    }
    for (const option of ['affinity', 'antiAffinity'] as const) {
      for (const other of placement[option]) {
        if (other === name) refuse(`${option} names the operator itself`)
        if (known.has(other)) continue
        const meant = nearestName(other, [...known])
        refuse(`${option} names "${other}", which no operator of the job is called.${meant === null ? '' : ` Did you mean "${meant}"?`}`)
      }
    }
    const both = placement.affinity.find((other) => placement.antiAffinity.includes(other))
    if (both !== undefined) refuse(`affinity and antiAffinity both name "${both}"`)
  }
}

/** Of a chain: the highest that its operators say, since what one of them has to do at once the others have to do as well. */
export function priorityOf(chain: readonly OperatorNode[]): number {
  const said = chain.flatMap(({ placement }) => placement?.priority ?? [])
  return said.length === 0 ? 0 : Math.max(...said)
}
