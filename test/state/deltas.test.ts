import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DELTA_SNAPSHOTS_MAX, DELTA_STAGGER_GROUPS } from '../../src/limits.ts'
import { type StateDelta, ValueTable } from '../../src/state/value-table.ts'
import { type Stored, readDeltas, storedAs } from './stored-deltas.ts'

const GROUPS = 4

type Step = { readonly set: readonly [key: number, value: number] } | { readonly checkpoint: 'completes' | 'fails' | 'is told late' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.nat(60), fc.nat(1_000)).map((set): Step => ({ set })) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('completes', 'completes', 'fails', 'is told late').map((checkpoint) => ({ checkpoint }) as Step),
    },
  ),
  { minLength: 20, maxLength: 200 },
)

const deltasOf = (table: ValueTable<number>, groups: number, id: number): StateDelta[] => readDeltas(table.deltas(groups, id))

function contentOf(stored: Stored): Map<number, number> {
  const table = new ValueTable<number>()
  for (const chunks of stored.values()) for (const chunk of chunks) table.restore(chunk)
  const content = new Map<number, number>()
  table.forEach((key, value) => void content.set(key as number, value))
  return content
}

test('deltas on complete checkpoints restore to what the table was, whichever checkpoints fail or are confirmed late', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const table = new ValueTable<number>()
      const model = new Map<number, number>()
      const complete = new Map<number, Stored>()
      let id = 0
      let late = 0
      for (const step of script) {
        if ('set' in step) {
          const [key, value] = step.set
          table.set(table.slotOf(key), value)
          model.set(key, value)
          continue
        }
        id++
        const stored = storedAs(deltasOf(table, GROUPS, id), complete)
        expect(contentOf(stored)).toEqual(model)
        if (late !== 0) table.completed(late)
        late = 0
        if (step.checkpoint === 'fails') continue
        complete.set(id, stored)
        if (step.checkpoint === 'completes') table.completed(id)
        else late = id
      }
      expect(contentOf(storedAs(deltasOf(table, GROUPS, 0), new Map()))).toEqual(model)
    }),
  )
})

test('a delta holds what has changed; an idle table writes nothing; every group is whole again after a while, not all at once', () => {
  const table = new ValueTable<number>()
  for (let key = 0; key < 4_000; key++) table.set(table.slotOf(key), key)
  const bytesOf = (deltas: readonly StateDelta[]): number => deltas.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0)
  const take = (id: number): StateDelta[] => {
    const deltas = deltasOf(table, 64, id)
    table.completed(id)
    return deltas
  }
  const whole = bytesOf(take(1))
  expect(take(2).every(({ since }) => since === undefined)).toBe(true)
  for (let key = 0; key < 4_000; key += 100) table.set(table.slotOf(key), -key)
  const delta = take(3)
  expect(delta.every(({ since }) => since === 2)).toBe(true)
  expect(bytesOf(delta)).toBeLessThan(whole / 10)
  expect(bytesOf(take(4))).toBe(0)
  const wholeAt = new Map<number, number>()
  for (let id = 5; id <= 2 + DELTA_SNAPSHOTS_MAX + DELTA_STAGGER_GROUPS; id++)
    for (const { id: group, since } of take(id)) if (since === undefined && !wholeAt.has(group)) wholeAt.set(group, id)
  expect(wholeAt.size).toBe(64)
  expect(new Set(wholeAt.values()).size).toBe(DELTA_STAGGER_GROUPS)
})

test('word that a checkpoint has failed may come when the next one has begun: that one holds what was there at its beginning all the same', () => {
  const table = new ValueTable<number>()
  for (let key = 0; key < 8; key++) table.set(table.slotOf(key), key)
  const given = table.deltas(4, 1, 1)[Symbol.iterator]()
  given.next()
  const next = [...changedMeanwhile(table, table.deltas(4, 2, 1))]
  const restored = new ValueTable<number>()
  for (const delta of next) if (delta?.value !== undefined) restored.restore(delta.value)
  for (let key = 0; key < 8; key++) expect(restored.get(restored.slotOf(key))).toBe(key)
})

/** Word of the checkpoint before comes with the first step, then everything changes. */
function* changedMeanwhile(table: ValueTable<number>, deltas: Iterable<StateDelta | null>): Generator<StateDelta | null> {
  let isFirst = true
  for (const delta of deltas) {
    yield delta
    if (!isFirst) continue
    isFirst = false
    table.endDeltas(1)
    for (let key = 0; key < 8; key++) table.set(table.slotOf(key), -1 - key)
  }
}
