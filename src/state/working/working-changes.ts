import { WORKING_CHANGES_BYTES_MAX } from '../../limits.ts'
import { ChangeStamps, WHOLE } from '../change-stamps.ts'
import { RowWriter } from './row-writer.ts'

/** What an account of a key group takes before it has a key. */
const PART_BYTES = 1024

/** Keys of one key group that were written between two barriers, each behind its length, some of them several times. */
interface ChangedKeys {
  readonly stamp: number
  readonly keys: RowWriter
  count: number
}

/** What a snapshot of a table of rows has to hold. */
export interface WorkingCut {
  /** What deltas build on. */
  readonly since: number | undefined
  isWhole(group: number): boolean
  /** Keys of a key group that were written since, or removed, in their order. Of groups that are not whole. */
  changed(group: number): readonly Buffer[]
  /** A key group that is whole has so many rows. */
  wrote(group: number, rows: number): void
}

/**
 * Which rows of a table that lies elsewhere have been written since the newest complete checkpoint: their keys, by key group and in the bytes that they have there. Says
 * as {@link ChangeStamps} does which key groups are to be written whole; how many rows a group has is known from the last time that it was. Nothing is noted until the first
 * snapshot, nor when it has become too much, until the next one.
 */
export class WorkingChanges {
  readonly #stamps = new ChangeStamps()
  /** By key group, ascending by stamp. */
  #changed = new Map<number, ChangedKeys[]>()
  /** By key group. */
  readonly #rows = new Map<number, number>()
  #bytes = 0
  #isNoting = false

  /** The row of a key is written, or removed. */
  note(bytes: Buffer, start: number, end: number): void {
    if (!this.#isNoting) return
    const { keys } = this.#openPart(bytes.readUInt16BE(start))
    const at = keys.beginSized()
    keys.bytes(bytes.subarray(start, end))
    keys.endSized(at)
    this.#bytes += end - start + 4
    if (this.#bytes > WORKING_CHANGES_BYTES_MAX) this.#giveUp()
  }

  /** Begins a snapshot: what is noted from now on is not part of it. @param checkpoint 0: the last state, which is written whole */
  cut(checkpoint: number, keyGroups: number): WorkingCut {
    const barrier = this.#stamps.begin(checkpoint, 0)
    this.#isNoting = true
    const parts = new Map<number, readonly ChangedKeys[]>()
    const again = new Int32Array(keyGroups)
    const rows = new Int32Array(keyGroups)
    for (let group = 0; group < keyGroups; group++) {
      const own = (this.#changed.get(group) ?? []).filter(({ stamp }) => stamp > barrier.after)
      parts.set(group, own)
      for (const { count } of own) again[group]! += count
      rows[group] = Math.max(1, (this.#rows.get(group) ?? 0) + again[group]!)
    }
    const plan = this.#stamps.plan(barrier, rows, again)
    return {
      since: barrier.base?.checkpoint,
      isWhole: (group) => plan[group] === WHOLE,
      changed: (group) => keysOf(parts.get(group) ?? []),
      wrote: (group, written) => {
        this.#rows.set(group, written)
        if (written === 0) this.#stamps.wasEmpty(checkpoint, group)
      },
    }
  }

  /** A checkpoint is on disk: later ones need only what is written from now on. */
  completed(checkpoint: number): void {
    const until = this.#stamps.completed(checkpoint)
    if (until === 0) return
    for (const [group, parts] of this.#changed) {
      for (const { stamp, keys } of parts) if (stamp <= until) this.#bytes -= keys.length + PART_BYTES
      this.#changed.set(
        group,
        parts.filter(({ stamp }) => stamp > until),
      )
    }
  }

  #openPart(group: number): ChangedKeys {
    let parts = this.#changed.get(group)
    if (parts === undefined) this.#changed.set(group, (parts = []))
    let part = parts.at(-1)
    if (part?.stamp !== this.#stamps.now) {
      parts.push((part = { stamp: this.#stamps.now, keys: new RowWriter(), count: 0 }))
      this.#bytes += PART_BYTES
    }
    part.count++
    return part
  }

  #giveUp(): void {
    this.#changed = new Map()
    this.#bytes = 0
    this.#isNoting = false
    this.#stamps.rebase()
  }
}

function keysOf(parts: readonly ChangedKeys[]): Buffer[] {
  const keys = new Map<string, Buffer>()
  for (const part of parts) for (const key of part.keys.sized()) keys.set(key.toString('latin1'), key)
  return [...keys.keys()].sort().map((name) => keys.get(name)!)
}

/** What nobody keeps account of: all of it is whole. */
export const WHOLE_CUT: WorkingCut = { since: undefined, isWhole: () => true, changed: () => [], wrote: () => {} }
