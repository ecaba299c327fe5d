import type { Prng } from '../../../src/core/prng.ts'

const PAGE_BYTES = 4096
/** What disks write as a whole; a meta lies within one. */
const SECTOR_BYTES = 512
const METAS = 2

/** What may be on disk when power is lost during a transaction. */
export interface Image {
  /** Null: there is no file yet. */
  readonly bytes: Buffer | null
  readonly isCommitted: boolean
}

/**
 * LMDB writes the pages of a transaction, which are none that the one before refers to, syncs them, and then writes one meta to a file that is opened to sync each write.
 * So until the meta is there anything of the pages may be: in whatever order, in part, or not at all, and the file may have any length in between. With the meta, all of them are.
 *
 * @param before the file after the transaction before; null when this one is its first
 */
export function imagesOf(before: Buffer | null, after: Buffer, chance: Prng, random: number): Image[] {
  const changed = changedPages(before ?? Buffer.alloc(0), after)
  const bases = before === null ? newFiles(after) : [before]
  const images: Image[] = before === null ? [{ bytes: null, isCommitted: false }] : []
  for (const base of bases) {
    const kept = (length: number, take: (page: number, sector: number) => boolean): void => {
      images.push({ bytes: partOf(base, after, changed, length, take), isCommitted: false })
    }
    kept(base.length, () => false)
    kept(after.length, () => true)
    for (const only of changed.slice(0, 8)) kept(after.length, (page) => page === only)
    for (const missing of changed.slice(0, 8)) kept(after.length, (page) => page !== missing)
    for (let i = 0; i < random; i++) {
      const length = base.length + chance.nextInt(Math.max(0, after.length - base.length) + 1)
      const fates = new Map(changed.map((page) => [page, chance.nextInt(3)]))
      kept(length, (page) => fates.get(page) === 1 || (fates.get(page) === 2 && chance.nextInt(2) === 0))
    }
  }
  return [...images, { bytes: after, isCommitted: true }]
}

function changedPages(before: Buffer, after: Buffer): number[] {
  const pages = Array.from({ length: Math.ceil(after.length / PAGE_BYTES) - METAS }, (_, i) => i + METAS)
  return pages.filter((page) => {
    const [from, to] = [page * PAGE_BYTES, (page + 1) * PAGE_BYTES]
    return before.length < to || !before.subarray(from, to).equals(after.subarray(from, to))
  })
}

/** Metas of transaction 0 are written when the file is made, and synced with the first transaction: before that either may be missing. */
function newFiles(after: Buffer): Buffer[] {
  const first = Buffer.from(after.subarray(0, PAGE_BYTES))
  const second = Buffer.from(first)
  second.writeBigUInt64LE(1n, 0)
  const none = Buffer.alloc(PAGE_BYTES)
  return [Buffer.alloc(0), first, Buffer.concat([first, none]), Buffer.concat([none, second]), Buffer.concat([first, second])]
}

function partOf(
  base: Buffer,
  after: Buffer,
  changed: readonly number[],
  length: number,
  take: (page: number, sector: number) => boolean,
): Buffer {
  const image = Buffer.alloc(Math.max(base.length, length))
  base.copy(image)
  for (const page of changed) {
    for (let sector = page * PAGE_BYTES; sector < (page + 1) * PAGE_BYTES && sector < length; sector += SECTOR_BYTES) {
      if (take(page, sector)) after.copy(image, sector, sector, Math.min(sector + SECTOR_BYTES, length))
    }
  }
  return image
}
