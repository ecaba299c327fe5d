import { MillraceError } from '../errors.ts'
import { needsEventTime } from '../time/triggers.ts'
import type { Trigger } from '../time/triggers.ts'
import { checkFunction } from './check-function.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import type { OperatorNode } from './graph.ts'
import { type JoinOutput, type JoinSide, joinEdges, joinOutput } from './joins.ts'
import { definitionSite } from './site.ts'
import { type LateRecords, type WindowOptions, type WindowedDraft, checkOptions } from './windowed-stream.ts'
import type { WindowAssigner } from './windows.ts'

/** Which records of a window have results although the other side has none: neither, those of one side, or those of both. */
export type JoinType = 'inner' | 'left' | 'right' | 'full'

export interface WindowJoinOptions<in T, J extends JoinType = 'inner', L extends LateRecords = 'drop'> extends WindowOptions<T, L> {
  /** Default 'inner': only pairs have results. */
  readonly type?: J
}

/** The left record of a result: null where a right one has no partner. */
export type JoinedLeft<T, J> = J extends 'right' | 'full' ? T | null : T
/** The right record of a result: null where a left one has no partner. */
export type JoinedRight<U, J> = J extends 'left' | 'full' ? U | null : U

/** Key and window of what was joined. `start` and `end` in ms, `start` within the window, `end` not. */
export interface JoinedWindow<K> {
  readonly key: K
  readonly start: number
  readonly end: number
}

/** What a window join is made of. */
export interface WindowJoinDraft {
  readonly operator: string
  readonly left: JoinSide
  readonly right: JoinSide
  readonly windows: WindowAssigner<never, 'time'>
  readonly options: WindowJoinOptions<never, JoinType, LateRecords> | undefined
  readonly site: string
}

const TYPES: readonly unknown[] = ['inner', 'left', 'right', 'full']

/** Two streams whose records meet by key and window, and pair by pair. */
export class WindowJoin<in out T, in out U, in out K, J extends JoinType, L extends LateRecords> {
  readonly #builder: GraphBuilder
  readonly #draft: WindowJoinDraft
  readonly #trigger: Trigger

  /** @internal Made by join. */
  constructor(builder: GraphBuilder, draft: WindowJoinDraft) {
    this.#builder = builder
    this.#draft = draft
    this.#trigger = checkDraft(draft)
  }

  /** Makes a result of each pair; with an outer join also of records without a partner. Results carry the last millisecond of their window as event time. */
  apply<R>(
    fn: (left: JoinedLeft<T, J>, right: JoinedRight<U, J>, window: JoinedWindow<K>) => R,
    options?: OperatorOptions,
  ): JoinOutput<R, T, U, L> {
    const site = definitionSite(this.apply)
    const join = this.#draft.options?.type ?? 'inner'
    const node = addJoin(this.#builder, this.#draft, this.#trigger, { type: 'pairs', join, fn: checkFunction(fn, 'join') }, options, site)
    return joinOutput<R, T, U, L>(this.#builder, node, this.#draft.options?.lateRecords as L | undefined)
  }
}

/** Two streams whose records meet by key and window, all at once. */
export class CoGroup<in out T, in out U, in out K, L extends LateRecords> {
  readonly #builder: GraphBuilder
  readonly #draft: WindowJoinDraft
  readonly #trigger: Trigger

  /** @internal Made by coGroup. */
  constructor(builder: GraphBuilder, draft: WindowJoinDraft) {
    this.#builder = builder
    this.#draft = draft
    this.#trigger = checkDraft(draft)
  }

  /** Calls `fn` once for each key and window with the records of both sides, one of which may be empty, each in the order in which they came. */
  apply<R>(
    fn: (lefts: readonly T[], rights: readonly U[], window: JoinedWindow<K>) => Iterable<R> & object,
    options?: OperatorOptions,
  ): JoinOutput<R, T, U, L> {
    const site = definitionSite(this.apply)
    const node = addJoin(this.#builder, this.#draft, this.#trigger, { type: 'groups', fn: checkFunction(fn, 'coGroup') }, options, site)
    return joinOutput<R, T, U, L>(this.#builder, node, this.#draft.options?.lateRecords as L | undefined)
  }
}

function checkDraft({ operator, windows, options, site }: WindowJoinDraft): Trigger {
  const { type, ...others } = options ?? {}
  if (type !== undefined && operator === 'coGroup')
    throw new MillraceError('MR_OPTION_INVALID', 'coGroup has no type: its function gets both sides, of which one may be empty', { site })
  const trigger = checkOptions({ windows, options: options && others, site } as Pick<WindowedDraft, 'windows' | 'options' | 'site'>)
  if (windows.spec.type === 'global')
    throw new MillraceError('MR_OPTION_INVALID', `${operator} takes windows that end: tumbling, sliding or session`, { site })
  if (type !== undefined && !TYPES.includes(type))
    throw new MillraceError('MR_OPTION_INVALID', `${operator}: type=${String(type)} is not one of 'inner', 'left', 'right', 'full'`, {
      site,
    })
  return trigger
}

function addJoin(
  builder: GraphBuilder,
  { left, right, windows, options }: WindowJoinDraft,
  trigger: Trigger,
  fn: Record<string, unknown>,
  own: OperatorOptions | undefined,
  site: string,
): OperatorNode {
  const { time = 'event', allowedLatenessMs = 0 } = options ?? {}
  const spec = {
    leftKey: left.key,
    rightKey: right.key,
    windows: windows.spec,
    time,
    allowedLatenessMs,
    trigger,
    function: fn,
    needsEventTime: time === 'event' || needsEventTime(trigger),
  }
  return builder.add({ kind: 'windowJoin', inputs: joinEdges(left, right), parallelism: 'workers', spec, options: own, site })
}
