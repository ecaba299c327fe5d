import type { Key } from '../core/key-hash.ts'
import { decodeKeys, encodeKeys } from './key-chunk.ts'
import { NewerKeys } from './newer-keys.ts'
import { KeyTable } from './key-table.ts'
import { ownValue } from './own-value.ts'
import type { ImageGroup, ImageOptions, TableImage } from './table-image.ts'
import { TableImages } from './table-images.ts'
import { encodeValues } from './value-table.ts'

/** Rows of plain data by key that somebody keeps, and changes in place. */
export interface KeptRows {
  has(key: Key): boolean
  /** The row of a key that has one. */
  save(key: Key): unknown
}

/** Rows of a key group in a checkpoint: the chunk of a ValueTable; or that, if any, and keys of which the chunks before this one say something that is over. */
export type StoredRows = Uint8Array | { readonly rows?: Uint8Array; readonly outdated?: Uint8Array }

/** A chunk of them: see StateChunk. */
export interface RowsDelta {
  readonly scope: 'group'
  readonly id: number
  readonly value: StoredRows | undefined
  readonly since?: number
}

/** Snapshots of rows that are changed while they are encoded, and what of them has changed since one that is complete. */
export class RowImages {
  readonly #rows: KeptRows
  readonly #images: TableImages<unknown>
  readonly #keys: KeyTable

  constructor(rows: KeptRows) {
    this.#rows = rows
    const slots = {
      keys: { keyAt: (slot: number) => this.#keys.keyAt(slot), size: 0 },
      has: (slot: number) => rows.has(this.#keys.keyAt(slot)),
      copy: (slot: number) => ownValue(rows.save(this.#keys.keyAt(slot)), false),
    }
    this.#images = new TableImages<unknown>(slots, true)
    this.#keys = new KeyTable(null, (slot) => this.#images.removed(slot), slots.has)
    slots.keys = this.#keys
  }

  /** The row of a key is about to change, to come, or to go. @throws MillraceError MR_KEY_INVALID */
  changing(key: Key): void {
    this.#images.changes.touch(this.#keys.slotOf(key))
  }

  /** The row of a key is gone. */
  gone(key: Key): void {
    const slot = this.#keys.find(key)
    if (slot !== -1) this.#keys.suspect(slot)
  }

  /** Between batches. */
  batchDone(): void {
    if (this.#keys.idle > 0) this.#keys.sweep()
  }

  /** The rows as they are now, group by group. Null where a pause is possible: rows may change then. */
  deltas(options: ImageOptions): Iterable<RowsDelta | null> {
    this.batchDone()
    return this.#encoded(this.#images.take(options), options.keyGroups)
  }

  /** A checkpoint is on disk: later ones need only what changes from now on. */
  completed(checkpoint: number): void {
    this.#images.completed(checkpoint)
  }

  /** What {@link RowImages.deltas} gave for a checkpoint is not asked for any more. */
  endDeltas(checkpoint: number): void {
    this.#images.end(checkpoint)
  }

  *#encoded(image: TableImage<unknown>, keyGroups: number): Generator<RowsDelta | null> {
    yield* image.select()
    for (const part of image.groups()) yield part && this.#chunkOf(image, part, keyGroups)
    this.#images.end()
  }

  #chunkOf(image: TableImage<unknown>, { group, slots, since, outdated }: ImageGroup, groups: number): RowsDelta {
    const place = { groups, group }
    const rowAt = (slot: number): unknown => {
      const kept = image.keptAt(slot)
      return kept === undefined ? this.#rows.save(this.#keys.keyAt(slot)) : kept.row
    }
    const rows = slots.length === 0 ? undefined : encodeValues(place, image, slots, rowAt)
    const value = outdated.length === 0 ? rows : { ...(rows && { rows }), outdated: encodeKeys(place, outdated) }
    return { scope: 'group', id: group, value, ...(since !== undefined && { since }) }
  }
}

/** The chunk of a ValueTable. Rows of keys in `newer` are over. */
export interface NewestRows {
  readonly rows: Uint8Array
  readonly newer: NewerKeys
}

/** The rows of a key group, newest first. Each is to be taken in before the next is asked for. */
export function* newestRows(stored: readonly StoredRows[]): Generator<NewestRows> {
  const newer = new NewerKeys()
  for (const chunk of stored.toReversed()) {
    const { rows, outdated }: Exclude<StoredRows, Uint8Array> = chunk instanceof Uint8Array ? { rows: chunk } : chunk
    if (rows !== undefined) yield { rows, newer }
    if (outdated !== undefined) for (const key of decodeKeys(outdated)) newer.add(key)
  }
}
