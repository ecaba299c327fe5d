/** The finalizer of MurmurHash3 (Austin Appleby, public domain). Takes and gives 32 bits; the result is an int32. */
export function fmix32(bits: number): number {
  let x = bits ^ (bits >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** The uint32 that stands for draw number `field` of event `n`. Only the low 32 bits of `n` count. */
export function draw(n: number, field: number): number {
  return fmix32((Math.imul(n, 0x9e3779b1) + Math.imul(field, 0x7feb352d) + 0x1b873593) | 0) >>> 0
}
