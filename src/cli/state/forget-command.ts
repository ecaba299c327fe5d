import { forgetKey } from '../../app/forget-key.ts'
import { isPrimitiveKey } from '../../core/key.ts'
import type { Key } from '../../core/key-hash.ts'
import { jsonBlock } from '../json-line.ts'
import { countText, plural } from '../quantities.ts'
import { UsageError } from '../usage-error.ts'
import { type CommandAnswer, done } from '../command-answer.ts'
import type { StateFlags } from './state-commands.ts'

/** Removes the state of a key from all checkpoints of a directory. */
export async function forgetCommand(text: string, dir: string, flags: StateFlags & { readonly operator?: string }): Promise<CommandAnswer> {
  const key = readKey(text)
  const { operators, checkpoints, unsearched } = await forgetKey(dir, key, flags.operator)
  const entries = operators.reduce((sum, each) => sum + each.entries, 0)
  if (flags.json) return done(jsonBlock({ entries, operators, checkpoints, unsearched }))
  const lines = [
    `${entries === 1 ? '1 entry' : `${countText(entries)} entries`} of the ${kindOf(key)} ${shown(key)} removed from ${plural(checkpoints, 'checkpoint')}`,
    ...operators.map(({ operator, entries: own }) => `  ${operator}: ${own}`),
    ...(entries === 0 && typeof key !== 'string' ? [`for the text ${text} give ${JSON.stringify(JSON.stringify(text))}`] : []),
    ...(unsearched.length > 0 ? [`not looked at, since it is not kept by key: ${unsearched.join(', ')}`] : []),
  ]
  return done(`${lines.join('\n')}\n`)
}

/** JSON where it is that, `10n` for a bigint, else a text. */
export function readKey(text: string): Key {
  if (/^-?\d+n$/.test(text)) return BigInt(text.slice(0, -1))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return text
  }
  if (isPrimitiveKey(value) || Array.isArray(value)) return value as Key
  throw new UsageError(`${text} is no key: they are texts, numbers, booleans, or arrays of them. Quote it twice if it is a text`)
}

const kindOf = (key: Key): string => (typeof key === 'string' ? 'text' : Array.isArray(key) ? 'tuple' : typeof key)
const shown = (key: Key): string => (typeof key === 'bigint' ? String(key) : JSON.stringify(key))
