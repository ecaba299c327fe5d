import { readFileSync } from 'node:fs'
import { UsageError } from './usage-error.ts'

type Values = Record<string, unknown>

/**
 * The configuration that --config-file and --config make up; a key=value wins over the file. Undefined when neither was given.
 *
 * @throws UsageError for what cannot be read or does not fit together
 */
export function configFrom(file: string | undefined, pairs: readonly string[]): Values | undefined {
  if (file === undefined && pairs.length === 0) return undefined
  return applyPairs(file === undefined ? {} : jsonObject(file, '--config-file'), pairs)
}

/** The key of `a.b=value`: `a.b`. */
export function pathOf(pair: string): string {
  return pair.slice(0, Math.max(0, pair.indexOf('=')))
}

/** Sets `a.b=value` into nested objects, as texts unless `read` makes something else of them. */
export function applyPairs(base: Values, pairs: readonly string[], read: (text: string) => unknown = (text) => text): Values {
  const given = new Map<string, string>()
  for (const pair of pairs) {
    const path = pathOf(pair)
    if (path.split('.').includes('')) throw new UsageError(`--config takes key=value, not "${pair}"`)
    if (path.split('.').includes('__proto__')) throw new UsageError(`--config ${pair}: __proto__ cannot be a key`)
    for (const earlier of given.keys()) {
      if (earlier === path) throw new UsageError(`--config ${path} is given twice`)
      if (earlier.startsWith(`${path}.`) || path.startsWith(`${earlier}.`))
        throw new UsageError(`--config ${earlier} and --config ${path} exclude each other`)
    }
    given.set(path, pair.slice(path.length + 1))
  }
  let result = base
  for (const [path, text] of given) result = withValue(result, path.split('.'), read(text))
  return result
}

function withValue(into: unknown, [key, ...rest]: readonly string[], value: unknown): Values {
  const object = typeof into === 'object' && into !== null && !Array.isArray(into) ? (into as Values) : {}
  const inner = Object.hasOwn(object, key!) ? object[key!] : undefined
  return { ...object, [key!]: rest.length === 0 ? value : withValue(inner, rest, value) }
}

/** @throws UsageError naming the flag that gave the path */
export function jsonObject(path: string, flag: string): Values {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UsageError(`${flag} ${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`${flag} ${path} is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${flag} ${path} does not hold a JSON object`)
  return value as Values
}
