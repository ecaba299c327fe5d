import { fmix32 } from './hash.ts'

/** What the sinks of two contenders must agree on. */
export interface RowCheck {
  /** Sum of the row hashes, uint32: the order of the rows does not matter. */
  readonly checksum: number
  readonly rows: number
  /** Characters of the strings that q0 counts. */
  readonly characters?: number
}

/** The hash of a row begins with 0 and takes in one field after another. Int32 in and out. */
export function hashInt(hash: number, value: number): number {
  return fmix32((Math.imul(hash, 31) + value) | 0)
}

/** Takes in the UTF-16 code units of a text, one by one. */
export function hashText(hash: number, text: string): number {
  let h = hash
  for (let i = 0; i < text.length; i++) h = hashInt(h, text.charCodeAt(i))
  return h
}
