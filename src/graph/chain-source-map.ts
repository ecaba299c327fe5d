/**
 * Source maps of generated chains: each line of the code belongs to the operator that the last `at = ` before it names, and maps to where that operator
 * is defined, so that stacks (`--enable-source-maps`), debuggers and profiles show the job's own file.
 */
import { pathToFileURL } from 'node:url'
import { CHAIN_SOURCE_MAP_LINES_MAX } from '../limits.ts'

/** `file:line:column` of an operator's definition by its number. */
export type SiteOf = (step: number) => string | undefined

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * The magic comment to put below `code`.
 *
 * @param linesAbove of what is compiled, before the first of `code`
 */
export function sourceMapComment(code: string, linesAbove: number, siteOf: SiteOf): string {
  const lines = code.split('\n')
  if (lines.length > CHAIN_SOURCE_MAP_LINES_MAX) return ''
  const sources: string[] = []
  // What the fields of the segment before were, since each is told by its difference: source, line, column.
  let last: readonly number[] = [0, 0, 0]
  let segment = ''
  const mappings = lines.map((line) => {
    const step = /^at = (\d+)$/.exec(line)?.[1]
    const place = step === undefined ? null : placeOf(siteOf(Number(step)), sources)
    if (place !== null) {
      segment = `A${place.map((value, i) => variableLength(value - last[i]!)).join('')}`
      last = place
    } else if (segment !== '') segment = 'AAAA'
    return segment
  })
  if (sources.length === 0) return ''
  const map = { version: 3, sources, names: [], mappings: ';'.repeat(linesAbove) + mappings.join(';') }
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`
}

/** Source number, line and column, counted from 0; null where the site is not known. */
function placeOf(site: string | undefined, sources: string[]): readonly number[] | null {
  const [, path, line, column] = /^(.*):(\d+):(\d+)$/.exec(site ?? '') ?? []
  if (path === undefined) return null
  const source = /^[a-z][a-z+.-]+:/.test(path) ? path : pathToFileURL(path).href
  if (!sources.includes(source)) sources.push(source)
  return [sources.indexOf(source), Number(line) - 1, Number(column) - 1]
}

/** The number in base 64, least digits first, as the source map format has it: sign in the lowest bit, 5 bits a digit, the sixth for "goes on". */
function variableLength(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ''
  do {
    const digit = rest & 31
    rest >>>= 5
    text += DIGITS[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return text
}
