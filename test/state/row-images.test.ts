import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RowImages, type StoredRows, newestRows } from '../../src/state/row-images.ts'
import { decodeValues } from '../../src/state/value-table.ts'
import { keysOfChunk } from '../../src/state/key-groups.ts'

const GROUPS = 2
const KEYS = 40

type Move =
  | { readonly key: number; readonly change: 'add' | 'drop' | 'look' }
  /** What becomes of a checkpoint, and how many moves come between two of its steps. */
  | { readonly checkpoint: 'completes' | 'fails' | 'is told late'; readonly every: number }

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        key: fc.nat(KEYS - 1),
        change: fc.constantFrom('add' as const, 'add' as const, 'drop' as const, 'look' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        checkpoint: fc.constantFrom('completes' as const, 'completes' as const, 'fails' as const, 'is told late' as const),
        every: fc.nat(3),
      }),
    },
  ),
  { minLength: 50, maxLength: 400 },
)

type Stored = ReadonlyMap<number, readonly StoredRows[]>

/** Lists by key, which are changed in place. */
class Lists {
  readonly rows = new Map<number, number[]>()
  readonly images = new RowImages({ has: (key) => this.rows.has(key as number), save: (key) => this.rows.get(key as number)! })
  readonly #complete = new Map<number, Stored>()
  #chunks = new Map<number, StoredRows[]>()
  #late = 0
  #id = 0

  change({ key, change }: Extract<Move, { key: number }>, n: number): void {
    this.images.changing(key)
    if (change === 'add') {
      const list = this.rows.get(key)
      if (list === undefined) this.rows.set(key, [n])
      else list.push(n)
    } else if (change === 'drop') {
      this.rows.delete(key)
      this.images.gone(key)
    }
    this.images.batchDone()
  }

  begin(): Iterator<unknown> {
    const id = ++this.#id
    this.#chunks = new Map()
    return this.#collected(this.images.deltas({ checkpoint: id, keyGroups: GROUPS, rowsPerStep: 1 }))
  }

  end(outcome: string): Map<number, number[]> {
    const id = this.#id
    const stored = this.#chunks
    if (this.#late !== 0) this.images.completed(this.#late)
    this.#late = 0
    if (outcome !== 'fails') this.#complete.set(id, stored)
    if (outcome === 'completes') this.images.completed(id)
    if (outcome === 'is told late') this.#late = id
    return restored(stored)
  }

  *#collected(deltas: ReturnType<RowImages['deltas']>): Generator<null> {
    for (const delta of deltas) {
      if (delta === null) yield null
      else {
        const { id, value, since } = delta
        const before = this.#chunks.get(id) ?? []
        if (since !== undefined) before.push(...this.#complete.get(since)!.get(id)!)
        this.#chunks.set(id, value === undefined ? before : [...before, value])
      }
    }
  }
}

function restored(stored: Stored): Map<number, number[]> {
  const all = new Map<number, number[]>()
  for (const chunks of stored.values())
    for (const { rows, newer } of newestRows(chunks)) {
      const { chunk, values } = decodeValues(rows)
      keysOfChunk(chunk).forEach((key, i) => {
        if (newer.has(key)) return
        expect(all.has(key as number)).toBe(false)
        all.set(key as number, values[i] as number[])
      })
    }
  return all
}

test('a snapshot has the rows of its barrier, whatever changes, goes or comes while it is encoded; a row that is gone does not come back', () => {
  fc.assert(
    fc.property(moves, (script) => {
      const lists = new Lists()
      for (let key = 0; key < KEYS; key++) lists.change({ key, change: 'add' }, key)
      let taken: {
        readonly steps: Iterator<unknown>
        readonly expected: Map<number, number[]>
        readonly outcome: string
        readonly every: number
      } | null = null
      script.forEach((move, n) => {
        if ('key' in move) lists.change(move, n)
        else taken = { steps: lists.begin(), expected: structuredClone(lists.rows), outcome: move.checkpoint, every: move.every }
        if (taken === null || n % (taken.every + 1) !== 0 || taken.steps.next().done !== true) return
        expect(lists.end(taken.outcome)).toEqual(taken.expected)
        taken = null
      })
    }),
  )
})

test('a delta holds what has changed, and an idle operator writes nothing', () => {
  const lists = new Lists()
  const images = lists.images
  const take = (checkpoint: number): number => {
    let bytes = 0
    for (const delta of images.deltas({ checkpoint, keyGroups: 4, rowsPerStep: 64 })) {
      const value = delta?.value
      if (value instanceof Uint8Array) bytes += value.length
      else if (value !== undefined) bytes += (value.rows?.length ?? 0) + (value.outdated?.length ?? 0)
    }
    images.completed(checkpoint)
    return bytes
  }
  for (let key = 0; key < 4_000; key++) lists.change({ key, change: 'add' }, key)
  const whole = take(1)
  expect(take(2)).toBe(whole)
  for (let key = 0; key < 4_000; key += 100) lists.change({ key, change: key % 200 === 0 ? 'drop' : 'add' }, key)
  expect(take(3)).toBeLessThan(whole / 20)
  expect(take(4)).toBe(0)
})
