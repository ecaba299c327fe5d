import { createHash } from 'node:crypto'
import { appendFileSync, createReadStream, existsSync, readFileSync } from 'node:fs'
import type { DeadLetter } from '../../graph/error-policy.ts'
import { jsonLine } from '../json-line.ts'
import { UsageError } from '../usage-error.ts'

/** A letter of a file of JSON lines, as `deadLetters: sink.file({ path, format: 'jsonLines' })` writes them. */
export interface NumberedLetter {
  /** Of its line, from 1. */
  readonly number: number
  /** Of what it says, but for its time: a file that was written anew may have others at the same numbers, and a letter that a restart wrote again is the same. */
  readonly hash: string
  readonly letter: DeadLetter
  /** What was done about it; null: nothing yet. */
  readonly handled: Handled | null
}

/** A line of the list beside the letters. */
export interface Handled {
  readonly number: number
  readonly hash: string
  readonly what: 'dropped' | 'requeued'
  /** Milliseconds since 1970. */
  readonly atMs: number
}

const HASH_DIGITS = 16

/**
 * What was handled stands in a file of its own: that of the letters belongs to the run, which goes on writing it, and cuts it back when it restarts.
 */
function handledFile(path: string): string {
  return `${path}.handled`
}

/**
 * From the first to the last, one at a time. A last line that has no end is being written: it is no letter yet.
 *
 * @throws UsageError when there is no such file, or a line is no letter
 */
export async function* lettersOf(path: string): AsyncGenerator<NumberedLetter> {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  const handled = new Map(readHandled(path).map((entry) => [`${entry.number} ${entry.hash}`, entry]))
  let number = 0
  for await (const line of wholeLines(path)) {
    number++
    if (line.trim() === '') continue
    const letter = parsed(path, number, line)
    const hash = hashOf(letter)
    yield { number, hash, letter, handled: handled.get(`${number} ${hash}`) ?? null }
  }
}

/** A line that a kill has cut off stays one of its own. */
export function appendHandled(path: string, entries: readonly Handled[]): void {
  const file = handledFile(path)
  const begin = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8')) ? '\n' : ''
  appendFileSync(file, begin + entries.map(jsonLine).join(''), { mode: 0o600 })
}

/** Those that end. Only a newline ends one: readline also takes U+2028, which JSON leaves in texts. */
async function* wholeLines(path: string): AsyncGenerator<string> {
  const begun: string[] = []
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const parts = chunk.split('\n')
    for (const end of parts.slice(0, -1)) {
      yield begun.join('') + end
      begun.length = 0
    }
    begun.push(parts.at(-1)!)
  }
}

function hashOf(letter: DeadLetter): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...letter, at: 0 }))
    .digest('hex')
    .slice(0, HASH_DIGITS)
}

function readHandled(path: string): Handled[] {
  const file = handledFile(path)
  if (!existsSync(file)) return []
  // A line that a kill has cut off is not counted: its letter is handled again.
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Handled]
      } catch {
        return []
      }
    })
}

function parsed(path: string, number: number, line: string): DeadLetter {
  try {
    const letter = JSON.parse(line) as Partial<DeadLetter> | null
    if (typeof letter?.operator === 'string' && typeof letter.error?.message === 'string' && 'record' in letter) return letter as DeadLetter
  } catch {
    // Said below.
  }
  throw new UsageError(`line ${number} of ${path} is no dead letter`, {
    hint: "Files of letters are those of deadLetters: sink.file({ path, format: 'jsonLines' }).",
  })
}
