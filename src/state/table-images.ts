import { ChangeStamps } from './change-stamps.ts'
import { RemovedKeys } from './removed-keys.ts'
import { SlotGroups } from './slot-groups.ts'
import { type ImageOptions, type ImageRows, TableImage } from './table-image.ts'

/** The snapshots of a table that is written to while they are encoded, one at a time: what each of them has to hold. */
export class TableImages<Row> {
  readonly changes: ChangeStamps
  readonly #rows: ImageRows<Row>
  readonly #groups = new SlotGroups()
  readonly #removed: RemovedKeys | null
  #image: TableImage<Row> | null = null

  /** @param keysGo whether slots may be given to other keys: {@link TableImages.removed} says so */
  constructor(rows: ImageRows<Row>, keysGo: boolean) {
    this.#rows = rows
    this.#removed = keysGo ? new RemovedKeys() : null
    this.changes = new ChangeStamps((slot) => this.#beforeChange(slot))
  }

  /** Something that whoever reads it may change is handed out. */
  lend(slot: number): void {
    if (this.#image !== null) this.#image.keep(slot)
  }

  /** The key of a slot, for which nothing is kept any more, is about to be forgotten. */
  removed(slot: number): void {
    const { changes } = this
    // One for which nothing ever was has no stamp; one that came behind the last barrier is in no checkpoint.
    const isKnown = changes.stampOf(slot) > 0 && this.#removed!.bornAt(slot) < changes.now
    if (isKnown && !this.#removed!.went(this.#rows.keys.keyAt(slot), changes.now)) changes.rebase()
    changes.forget(slot)
    this.#groups.forget(slot)
  }

  /** The table as it is now, instead of any earlier image. */
  take(options: ImageOptions): TableImage<Row> {
    this.#image = new TableImage({ rows: this.#rows, changes: this.changes, groups: this.#groups, removed: this.#removed }, options)
    return this.#image
  }

  /**
   * The image is written, or is of no use any more.
   *
   * @param checkpoint if it is that of this checkpoint: word that one has failed may come when the next one has begun. Left out: whichever it is
   */
  end(checkpoint?: number): void {
    if (checkpoint === undefined || this.#image?.checkpoint === checkpoint) this.#image = null
  }

  completed(checkpoint: number): void {
    const stamp = this.changes.completed(checkpoint)
    if (stamp > 0) this.#removed?.settle(stamp)
  }

  clear(): void {
    this.#image = null
    this.changes.clear()
    this.#groups.clear()
  }

  #beforeChange(slot: number): void {
    if (this.#removed !== null && this.changes.stampOf(slot) === 0) this.#removed.came(slot, this.changes.now)
    if (this.#image !== null) this.#image.keep(slot)
  }
}
