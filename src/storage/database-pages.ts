/**
 * Goes through the trees of an LMDB file by hand, without mapping it: LMDB trusts what it reads, and a page that is missing or is none of its kind ends the process.
 *
 * ```
 *  page, 24 bytes of header (64-bit, little-endian; from mdb.c, struct MDB_page_header, MDB_node, MDB_ovpage)
 *   0 u64 number   18 u16 flags (1 branch, 2 leaf)   20 u16 2 * nodes   24 u16[] where nodes begin, from byte 24
 *  node
 *   0 u32 bytes of data; page number of 48 bits in a branch   4 u16 flags (1: the data is u64 page, u64 transaction, u64 pages elsewhere)   6 u16 bytes of key   8 key, data
 * ```
 */
import { readSync } from 'node:fs'

const HEADER_BYTES = 24
const NODE_BYTES = 8
const PLACE_BYTES = 24
const BRANCH = 1
const LEAF = 2
const BIG_DATA = 1
/** Root of a tree that is empty. */
const NO_PAGE = 2n ** 64n - 1n

export interface PageFile {
  readonly fd: number
  readonly pageBytes: number
  /** Number of the last page that was ever used. */
  readonly lastPage: number
  /** Of the trees: free pages, and what is stored. */
  readonly roots: readonly bigint[]
}

export interface PagesInUse {
  /** Where the last page ends that something refers to. */
  readonly endBytes: number
  /** A page of the trees themselves is not there, or is none. */
  readonly isBroken: boolean
}

/** Values of more than a page are not read, only where they lie. */
export function pagesInUse({ fd, pageBytes, lastPage, roots }: PageFile): PagesInUse {
  const page = Buffer.alloc(pageBytes)
  const waiting = roots.filter((root) => root !== NO_PAGE)
  let [end, seen, isBroken] = [0, 0, false]
  const use = (first: bigint, pages: bigint): boolean => {
    const next = first + pages
    if (first < 2n || next > BigInt(lastPage) + 1n) return false
    end = Math.max(end, Number(next))
    return true
  }
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    const isThere = use(number, 1n) && ++seen <= lastPage && readSync(fd, page, 0, pageBytes, Number(number) * pageBytes) === pageBytes
    if (!isThere || page.readBigUInt64LE(0) !== number || !readNodes(page, waiting, use)) isBroken = true
  }
  return { endBytes: end * pageBytes, isBroken }
}

/** Follows what the nodes of a page refer to: `children` are to be looked at next. False when the page is none of a tree. */
function readNodes(page: Buffer, children: bigint[], use: (first: bigint, pages: bigint) => boolean): boolean {
  const kind = page.readUInt16LE(18) & (BRANCH | LEAF)
  const indexEnd = HEADER_BYTES + page.readUInt16LE(20)
  if ((kind !== BRANCH && kind !== LEAF) || indexEnd > page.length) return false
  for (let at = HEADER_BYTES; at < indexEnd; at += 2) {
    const node = HEADER_BYTES + page.readUInt16LE(at)
    if (node + NODE_BYTES > page.length) return false
    const dataAt = node + NODE_BYTES + page.readUInt16LE(node + 6)
    if (kind === BRANCH) {
      if (dataAt > page.length) return false
      children.push(BigInt(page.readUIntLE(node, 6)))
      continue
    }
    const isElsewhere = (page.readUInt16LE(node + 4) & BIG_DATA) !== 0
    const dataBytes = page.readUInt32LE(node)
    if (dataAt + (isElsewhere ? PLACE_BYTES : dataBytes) > page.length) return false
    if (!isElsewhere) continue
    const pages = page.readBigUInt64LE(dataAt + 16)
    if (BigInt(HEADER_BYTES + dataBytes) > pages * BigInt(page.length) || !use(page.readBigUInt64LE(dataAt), pages)) return false
  }
  return true
}
