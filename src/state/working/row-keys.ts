import { isWellFormed } from '../../codec/well-formed.ts'
import { canonicalKey, keyOfCanonical } from '../../core/key.ts'
import { type Key, hashKey } from '../../core/key-hash.ts'
import { MillraceError } from '../../errors.ts'
import type { RowWriter } from './row-writer.ts'

/**
 * The key of a row: its key group first, so that the rows of a group lie together, then what kind of key it is, then the key. Equal keys have equal bytes.
 *
 *     0: key group (uint16, big-endian)  2: kind  3: an int32 with its sign bit turned, big-endian; or text in UTF-8, or UTF-16 where that cannot hold it
 */
const KIND = { int: 1, text: 2, text16: 3, canonical: 4, canonical16: 5 } as const

const SIGN = 0x80000000

export function writeRowKey(writer: RowWriter, key: Key, groups: number): void {
  writer.u16(hashKey(key) % groups)
  if (typeof key === 'number' && (key | 0) === key) {
    writer.u8(KIND.int)
    writer.i32(key ^ SIGN)
    return
  }
  const isText = typeof key === 'string'
  const text = isText ? key : canonicalKey(key)
  const isPlain = isWellFormed(text)
  if (isText) writer.u8(isPlain ? KIND.text : KIND.text16)
  else writer.u8(isPlain ? KIND.canonical : KIND.canonical16)
  writer.text(text, isPlain ? 'utf8' : 'utf16le')
}

export function groupOfRow(key: Buffer): number {
  return key.readUInt16BE(0)
}

/** @throws MillraceError MR_STATE_CORRUPT */
export function readRowKey(bytes: Buffer): Key {
  switch (bytes[2]) {
    case KIND.int:
      return bytes.readInt32BE(3) ^ SIGN
    case KIND.text:
      return bytes.toString('utf8', 3)
    case KIND.text16:
      return bytes.toString('utf16le', 3)
    case KIND.canonical:
      return keyOfCanonical(bytes.toString('utf8', 3))
    case KIND.canonical16:
      return keyOfCanonical(bytes.toString('utf16le', 3))
    default:
      throw new MillraceError('MR_STATE_CORRUPT', `a row of working state has a key of kind ${bytes[2]}`)
  }
}
