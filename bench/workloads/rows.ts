import { BASE_MS } from './events.ts'
import { hashInt, hashText } from './row-hash.ts'

/** The output rows of every query, and the hash of each: fields in the order of the interface, times as ms since BASE_MS. */

export interface BidRow {
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly ts: number
}

/** q0 and q1. */
export function hashBidRow(row: BidRow): number {
  return hashInt(hashInt(hashInt(hashInt(0, row.auction), row.bidder), row.price), row.ts - BASE_MS)
}

export interface PriceRow {
  readonly auction: number
  readonly price: number
}

/** q2. */
export function hashPriceRow(row: PriceRow): number {
  return hashInt(hashInt(0, row.auction), row.price)
}

export interface LocalItemRow {
  readonly name: string
  readonly city: string
  readonly state: string
  readonly auction: number
}

/** q3. */
export function hashLocalItemRow(row: LocalItemRow): number {
  return hashInt(hashText(hashText(hashText(0, row.name), row.city), row.state), row.auction)
}

export interface CategoryRow {
  readonly category: number
  readonly average: number
}

/** q4. */
export function hashCategoryRow(row: CategoryRow): number {
  return hashInt(hashInt(0, row.category), row.average)
}

export interface HotItemRow {
  readonly windowEnd: number
  readonly auction: number
  readonly count: number
}

/** q5. */
export function hashHotItemRow(row: HotItemRow): number {
  return hashInt(hashInt(hashInt(0, row.windowEnd - BASE_MS), row.auction), row.count)
}

export interface HighestRow {
  readonly windowEnd: number
  readonly price: number
}

/** q7. */
export function hashHighestRow(row: HighestRow): number {
  return hashInt(hashInt(0, row.windowEnd - BASE_MS), row.price)
}

export interface NewSellerRow {
  readonly id: number
  readonly name: string
  readonly windowStart: number
}

/** q8. */
export function hashNewSellerRow(row: NewSellerRow): number {
  return hashInt(hashText(hashInt(0, row.id), row.name), row.windowStart - BASE_MS)
}

export interface SessionRow {
  readonly bidder: number
  readonly count: number
  readonly start: number
  readonly end: number
}

/** q11. */
export function hashSessionRow(row: SessionRow): number {
  return hashInt(hashInt(hashInt(hashInt(0, row.bidder), row.count), row.start - BASE_MS), row.end - BASE_MS)
}

export interface SumRow {
  readonly key: number
  readonly sum: number
}

/** ks and ks-every: the sum counts modulo 2^32. */
export function hashSumRow(row: SumRow): number {
  return hashInt(hashInt(0, row.key), row.sum)
}

export interface WordRow {
  readonly word: string
  readonly count: number
}

/** wc. */
export function hashWordRow(row: WordRow): number {
  return hashInt(hashText(0, row.word), row.count)
}
