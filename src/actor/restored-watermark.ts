import type { StateChunk } from './contract.ts'

/**
 * The watermark that an operator had come to, of chunks with the scope 'all' whose value it is: its own, or with another number of instances what all had come to.
 * -Infinity when there are none.
 */
export function restoredWatermark(
  chunks: readonly StateChunk[],
  { index, parallelism }: { readonly index: number; readonly parallelism: number },
): number {
  const watermarks = chunks.filter(({ scope }) => scope === 'all')
  const own = watermarks.length === parallelism ? watermarks.find(({ id }) => id === index) : undefined
  if (own !== undefined) return own.value as number
  return watermarks.length === 0 ? -Infinity : Math.min(...watermarks.map(({ value }) => value as number))
}
