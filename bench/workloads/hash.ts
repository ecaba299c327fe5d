/** The finalizer of MurmurHash3 (Austin Appleby, public domain). Takes and gives 32 bits; the result is an int32. */
export function fmix32(bits: number): number {
  let x = bits
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** What record `n` brings to its draws; only the low 32 bits of `n` count. Computed once per record. */
export function recordSeed(n: number): number {
  return Math.imul(n, 0x9e3779b1)
}

/** What draw number `field` of every record brings. */
export function fieldSeed(field: number): number {
  return (Math.imul(field, 0x7feb352d) + 0x1b873593) | 0
}

/**
 * The uint32 that a record draws for a field: `draw(recordSeed(n) + fieldSeed(f))`. It repeats {@link fmix32}, since the JIT inlines
 * only so many bytecodes into one function, and a bid draws seven times.
 */
export function draw(seed: number): number {
  let x = seed
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
