import type { BadInput } from '../src/actor/contract.ts'
import { MillraceError } from '../src/errors.ts'
import { BAD_LINE_CHARS_SHOWN } from '../src/limits.ts'

/** A line, or row, of a file that is not what it should be. */
export interface BadLine {
  readonly path: string
  /** From 1. Of a row of several lines, the last one; of files that have no lines, the row. */
  readonly line: number
  /** Where it begins, from 0, of a row where it ends; of a .gz file, in its unzipped text. Null in files that have no lines. */
  readonly byte: number | null
  /** As it was read, where the format keeps that. */
  readonly text: string | null
  /** The same in bytes, without the line end, where a dead letter may want it; of files that have no lines, the row. */
  readonly raw: unknown
}

/** A copy of its own, without the end of the line. */
export function rawLine(bytes: Uint8Array): Uint8Array {
  const feed = bytes.at(-1) === 10 ? 1 : 0
  const end = bytes.length - feed
  return new Uint8Array(bytes.subarray(0, bytes[end - 1] === 13 ? end - 1 : end))
}

/**
 * The one place where bad lines end up. Called in the actor's turn, between the records before and after.
 *
 * @param badInput what the source's policy does about them; null: it fails
 * @throws MillraceError MR_INPUT_INVALID under 'fail'
 */
export function handleBadLine(badInput: BadInput | null, bad: BadLine, error: unknown, split: number, position: number): void {
  const reason = error instanceof Error ? error.message : String(error)
  const place = bad.byte === null ? `Row ${bad.line} of ${bad.path}` : `Line ${bad.line} of ${bad.path} (byte ${bad.byte})`
  const text = `${place} is bad: ${reason}${shown(bad.text)}`
  const failure = new MillraceError('MR_INPUT_INVALID', text, { cause: error })
  if (badInput === null) throw failure
  badInput.leaveOut(bad.raw, failure, split, position)
}

function shown(text: string | null): string {
  if (text === null || text === '') return ''
  return `. It is ${JSON.stringify(text.slice(0, BAD_LINE_CHARS_SHOWN))}${text.length > BAD_LINE_CHARS_SHOWN ? ` and ${text.length - BAD_LINE_CHARS_SHOWN} more` : ''}`
}
