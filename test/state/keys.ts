import fc from 'fast-check'
import type { Key } from '../../src/core/key-hash.ts'

/** Few of each kind, so that keys repeat and look-alikes meet. */
export const smallKey: fc.Arbitrary<Key> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom<Key[]>(-0, 2 ** 31, -(2 ** 31), 2 ** 40, 0.5, '0', '1', '', '\ud800', 'é', 0n, 1n, -(2n ** 80n), true, false),
  fc.constantFrom<Key[]>([], [1], ['1'], [1n], [[1]], ['a', 1], ['a1'], [-0], ['\udc00', true]),
)

const primitive: fc.Arbitrary<Key> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.bigInt(),
  fc.boolean(),
)

/** Any key at all. */
export const anyKey: fc.Arbitrary<Key> = fc.oneof(
  smallKey,
  primitive,
  fc.array(fc.oneof(primitive, fc.array(primitive, { maxLength: 3 })), { maxLength: 4 }),
)
