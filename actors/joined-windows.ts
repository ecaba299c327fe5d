import { lastMsOf } from '../src/actor/operator-kit.ts'
import type { WindowContents } from '../src/actor/window-kit.ts'

export type JoinType = 'inner' | 'left' | 'right' | 'full'

interface Bounds {
  readonly key: unknown
  readonly start: number
  readonly end: number
}

/** What becomes of the records of both sides of a window. */
export type JoinFunction =
  | { readonly type: 'pairs'; readonly join: JoinType; readonly fn: (left: unknown, right: unknown, window: Bounds) => unknown }
  | {
      readonly type: 'groups'
      readonly fn: (lefts: readonly unknown[], rights: readonly unknown[], window: Bounds) => Iterable<unknown> & object
    }

/** Records of both sides, each in the order in which they came. */
export interface BothSides {
  readonly left: unknown[]
  readonly right: unknown[]
}

/** Contents of windows with two inputs: which one the next record is of, is said before. */
export class BothContents implements WindowContents<BothSides> {
  isLeft = true

  add(contents: BothSides = { left: [], right: [] }, record: unknown): BothSides {
    if (this.isLeft) contents.left.push(record)
    else contents.right.push(record)
    return contents
  }

  merge(a: BothSides, b: BothSides): BothSides {
    for (const record of b.left) a.left.push(record)
    for (const record of b.right) a.right.push(record)
    return a
  }

  copy({ left, right }: BothSides): BothSides {
    return { left: [...left], right: [...right] }
  }
}

/** The results of a window that are still to come. */
export interface JoinResults {
  /** Event time of all of them. */
  readonly timestamp: number
  readonly iterator: Iterator<unknown>
}

const NOBODY: readonly unknown[] = [null]

/** Null where there are none. A function over groups may keep what it gets: a window that goes on after it fired gives copies. */
export function joinResults(fn: JoinFunction, bounds: Bounds, { left, right }: BothSides): JoinResults | null {
  const timestamp = lastMsOf(bounds.end)
  if (fn.type === 'groups') {
    const results = fn.fn(left, right, bounds)
    return Array.isArray(results) && results.length === 0 ? null : { timestamp, iterator: results[Symbol.iterator]() }
  }
  const { join } = fn
  const lefts = left.length === 0 && (join === 'right' || join === 'full') ? NOBODY : left
  const rights = right.length === 0 && (join === 'left' || join === 'full') ? NOBODY : right
  if (lefts.length === 0 || rights.length === 0) return null
  return { timestamp, iterator: pairs(lefts, rights, bounds, fn.fn) }
}

function* pairs(
  lefts: readonly unknown[],
  rights: readonly unknown[],
  bounds: Bounds,
  fn: (left: unknown, right: unknown, window: Bounds) => unknown,
): Generator<unknown> {
  for (const left of lefts) for (const right of rights) yield fn(left, right, bounds)
}
