import type { BadLine } from './bad-lines.ts'

/** What the bytes of a file contain, as far as they have been read. Items are lines or rows, good and bad ones. */
export interface Block {
  readonly items: readonly unknown[]
  /** Place of an item, for whoever has to say what is wrong with it. */
  where(item: number): BadLine
}

/** Cuts one file into items. Calls of one parser never overlap. */
export interface FileParser {
  /** Items that these bytes complete; null when there are none. */
  push(bytes: Buffer): Block | null | Promise<Block | null>
  /** What is left at the end of the file. */
  end(): Block | null | Promise<Block | null>
  /** Byte at which an item begins that no block holds yet; null where reading cannot begin in the middle of a file. */
  readonly nextByte: number | null
}

/** In place of a record: the item holds none. */
export const NO_RECORD = Symbol('no record')

/** How the items of files become records. */
export interface ItemFormat {
  /** Turns an item into its record, or throws when it is bad. Absent: items are records. */
  readonly record?: (item: unknown) => unknown
}

/** Of files that are read from their beginning to their end. */
export interface FileFormat extends ItemFormat {
  /** @param place of the first byte that it will get */
  parser(path: string, place: { readonly byte: number; readonly items: number }): FileParser | Promise<FileParser>
}
