const NOT_LATIN1 = /[^\0-\xff]/
/** V8 copies shorter strings when it cuts them out of others. */
const CUT_UNITS_MIN = 13

const SCRATCH_BYTES_MAX = 64 * 1024

let scratch = Buffer.allocUnsafeSlow(4096)

/**
 * The same string as a copy that keeps nothing else alive. A string that was cut from a longer one, as those of a decoded batch are,
 * pins up to STRING_SLICE_BYTES_MAX of text: whoever keeps strings for longer than a batch (state, tables of keys) keeps a copy.
 */
export function ownString(value: string): string {
  if (value.length < CUT_UNITS_MIN) return value
  const encoding = NOT_LATIN1.test(value) ? 'utf16le' : 'latin1'
  const bytes = encoding === 'latin1' ? value.length : 2 * value.length
  if (bytes > scratch.length) {
    if (bytes > SCRATCH_BYTES_MAX) return Buffer.from(value, encoding).toString(encoding)
    scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES_MAX)
  }
  scratch.write(value, 0, encoding)
  return scratch.toString(encoding, 0, bytes)
}
