import type { FrameHeader } from '../../../src/ring/index.ts'
import { FrameKind } from '../../../src/ring/index.ts'

/** What both threads of a test know of frame number `sequence`, so that the receiver notices every torn, lost or repeated one. */

const KINDS = Object.values(FrameKind)

export function mix(seed: number, n: number): number {
  let h = Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35)
  return (h ^ (h >>> 13)) >>> 0
}

export function payloadOf(seed: number, sequence: number, bytesMax: number): Uint8Array<ArrayBuffer> {
  const h = mix(seed, sequence)
  const length = h % 4 === 0 ? 0 : (h >>> 8) % (bytesMax + 1)
  const payload = new Uint8Array(length)
  for (let i = 0; i < length; i++) payload[i] = (h + i * 7) & 0xff
  return payload
}

export function describeFrame(header: FrameHeader, seed: number, sequence: number): void {
  const h = mix(seed, sequence)
  header.kind = KINDS[h % KINDS.length]!
  header.flags = 0
  header.channel = h | 0
  header.attempt = 1
  header.sequence = sequence
  header.records = (h >>> 3) | 0
  header.value = h / 7
}

/** What is wrong with a received frame, or undefined. */
export function faultOf(header: FrameHeader, payload: Uint8Array, seed: number, sequence: number, bytesMax: number): string | undefined {
  const h = mix(seed, sequence)
  const expected = payloadOf(seed, sequence, bytesMax)
  if (header.sequence !== sequence) return `expected frame ${sequence}, got ${header.sequence}`
  if (
    header.kind !== KINDS[h % KINDS.length] ||
    header.channel !== (h | 0) ||
    header.records !== ((h >>> 3) | 0) ||
    header.value !== h / 7
  ) {
    return `frame ${sequence} has a torn header: ${JSON.stringify(header)}`
  }
  if (payload.length !== expected.length) return `frame ${sequence} has ${payload.length} bytes instead of ${expected.length}`
  for (let i = 0; i < expected.length; i++) if (payload[i] !== expected[i]) return `frame ${sequence} is torn at byte ${i}`
  return undefined
}
