import { packValues } from './value-packer.ts'
import type { ValuePacker } from './value-packer.ts'

/** The numbers of some rows. */
export const numbersAt = (values: ArrayLike<number>, rows: Int32Array): Float64Array => {
  const taken = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!
  return taken
}

/**
 * The accumulators of a custom aggregate of some rows.
 * @throws MR_RECORD_NOT_SERIALIZABLE
 */
export const packedAt = (name: string, values: ArrayLike<unknown>, rows: Int32Array, packer: ValuePacker): Uint8Array => {
  const taken: unknown[] = []
  for (let i = 0; i < rows.length; i++) taken.push(values[rows[i]!])
  return packValues(packer, taken, `an accumulator of the custom aggregate "${name}"`)
}
