import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Picture } from '../../ui/picture.ts'
import { alignRows, clip } from '../align.ts'
import { type CommandAnswer, done } from '../command-answer.ts'
import { jsonBlock, jsonLine } from '../json-line.ts'
import { countText, plural } from '../quantities.ts'
import { printable } from '../printable.ts'
import { findRun } from '../remote/remote-run.ts'
import { UsageError } from '../usage-error.ts'
import { MASKED } from '../../core/mask.ts'
import { type Handled, type NumberedLetter, appendHandled, lettersOf } from './letter-file.ts'

export interface ListFlags {
  readonly json: boolean
  readonly all: boolean
  readonly limit: number
}

const RECORD_CHARS = 48
const MESSAGE_CHARS = 60

/** Letters of a file, or what the operators of a run have counted. */
export async function listLetters(meant: string, flags: ListFlags): Promise<CommandAnswer> {
  if (!existsSync(meant)) return countsOfRun(meant, flags)
  const shown: NumberedLetter[] = []
  let open = 0
  for await (const one of lettersOf(meant)) {
    if (one.handled === null) open++
    if ((flags.all || one.handled === null) && shown.length < flags.limit) shown.push(one)
  }
  if (flags.json) return answer(jsonBlock({ open, letters: shown }))
  if (shown.length === 0) return answer('no dead letters\n')
  const rows = shown.map(({ number, letter, handled }) => [
    String(number),
    new Date(letter.at).toISOString(),
    letter.operator,
    clip(`${letter.error.class}: ${letter.error.message}`.replaceAll('\n', ' '), MESSAGE_CHARS),
    clip(JSON.stringify(letter.record) ?? '', RECORD_CHARS),
    handled?.what ?? '',
  ])
  const lines = alignRows([['letter', 'at', 'operator', 'error', 'record', ''], ...rows], [0])
  return answer(`${lines.join('\n')}\n${plural(open, 'open letter')}\n`)
}

export async function showLetter(path: string, number: number, { json }: { readonly json: boolean }): Promise<CommandAnswer> {
  const [one] = await chosen(path, [number], { handledToo: true })
  const { letter, handled } = one!
  if (json) return answer(jsonBlock(one))
  const from =
    'source' in letter.from
      ? `${letter.from.source}, record ${letter.from.position}`
      : `${letter.from.channel}, record ${letter.from.sequence}`
  const head = alignRows([
    ['letter', `${number}${handled === null ? '' : ` (${handled.what})`}`],
    ['at', new Date(letter.at).toISOString()],
    ['operator', `${letter.operator}, defined at ${letter.site}`],
    ['from', from],
    ['error', `${letter.error.code} ${letter.error.class}: ${letter.error.message}`],
  ])
  return answer(`${head.join('\n')}\n${jsonBlock(letter.record)}${printable(letter.error.stack ?? '')}\n`)
}

/** They are not listed any more. The file stays as it is. */
export async function dropLetters(path: string, numbers: readonly number[]): Promise<CommandAnswer> {
  const letters = await chosen(path, numbers)
  note(path, letters, 'dropped')
  return answer(`${plural(letters.length, 'letter')} dropped\n`)
}

/**
 * Appends their records, as JSON lines, to a file that a source reads. A kill in between leaves letters that are still open, whose records are there already: at least once.
 *
 * @throws UsageError for a letter in which something is masked: that is not the record any more
 */
export async function requeueLetters(path: string, numbers: readonly number[], into: string): Promise<CommandAnswer> {
  if (resolve(into) === resolve(path)) throw new UsageError('records do not go into the file of their own letters')
  const letters = await chosen(path, numbers)
  const masked = letters.find(({ letter }) => holdsMasked(letter.record))
  if (masked !== undefined) throw new UsageError(`letter ${masked.number} has masked fields, so its record is not known here`)
  const file = openSync(into, 'a')
  try {
    writeSync(file, letters.map(({ letter }) => jsonLine(letter.record)).join(''))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  note(path, letters, 'requeued')
  return answer(`${plural(letters.length, 'record')} appended to ${into}\n`)
}

async function countsOfRun(meant: string, { json }: ListFlags): Promise<CommandAnswer> {
  const picture = await findRun(meant).get<Picture | null>('/api/status')
  const counts = picture?.badRecords ?? []
  if (json) return answer(jsonBlock({ operators: counts }))
  if (counts.length === 0) return answer('no operator of this run has a policy for bad records\n')
  const rows = counts.map(({ operator, skipped, deadLettered }) => [operator, countText(skipped), countText(deadLettered)])
  return answer(`${alignRows([['operator', 'skipped', 'dead letters'], ...rows], [1, 2]).join('\n')}\n`)
}

/** In the order of the file; all that are open when no number is given. */
async function chosen(
  path: string,
  numbers: readonly number[],
  { handledToo = false }: { readonly handledToo?: boolean } = {},
): Promise<readonly NumberedLetter[]> {
  const wanted = new Set(numbers)
  const found: NumberedLetter[] = []
  for await (const one of lettersOf(path)) {
    if (wanted.size > 0 && !wanted.has(one.number)) continue
    if (one.handled === null || handledToo) found.push(one)
    else if (wanted.has(one.number)) throw new UsageError(`letter ${one.number} was ${one.handled.what} already`)
  }
  const missing = numbers.find((number) => !found.some((one) => one.number === number))
  if (missing !== undefined) throw new UsageError(`${path} has no letter ${missing}`)
  return found
}

function note(path: string, letters: readonly NumberedLetter[], what: Handled['what']): void {
  const atMs = Date.now()
  appendHandled(
    path,
    letters.map(({ number, hash }) => ({ number, hash, what, atMs })),
  )
}

function holdsMasked(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === MASKED
  return Object.values(value).some(holdsMasked)
}

function answer(text: string): CommandAnswer {
  return done(text)
}
