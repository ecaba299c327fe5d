import { accessSync, appendFileSync, constants, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../core/make-directory.ts'
import { MillraceError } from '../errors.ts'
import { CAPTURE_BYTES_MAX } from '../limits.ts'
import type { FrameHandler, FrameKind } from '../ring/index.ts'

/**
 * A file of captured frames: one after the other, 32 bytes of header (eight little-endian numbers: int32 length, kind, flags, channel,
 * attempt, records; float64 value) and the payload.
 */
const HEADER_BYTES = 32

/** Writes a copy of every frame to a file of its own before it is handled; stops when the file is full. */
export function captureFrames(dir: string, thread: number, attempt: number, onFrame: FrameHandler): FrameHandler {
  prepare(dir)
  const path = join(dir, `worker-${thread}-attempt-${attempt}.frames`)
  let leftBytes = CAPTURE_BYTES_MAX
  return (header, payload) => {
    leftBytes -= HEADER_BYTES + payload.length
    if (leftBytes >= 0) {
      const bytes = Buffer.alloc(HEADER_BYTES + payload.length)
      const words = [payload.length, header.kind, header.flags, header.channel, header.attempt, header.records]
      words.forEach((word, i) => bytes.writeInt32LE(word, 4 * i))
      bytes.writeDoubleLE(header.value, 24)
      bytes.set(payload, HEADER_BYTES)
      appendFileSync(path, bytes)
    }
    onFrame(header, payload)
  }
}

/** @throws MillraceError MR_PATH_UNUSABLE */
function prepare(dir: string): void {
  try {
    makeDirectory(dir)
    accessSync(dir, constants.W_OK)
  } catch (cause) {
    throw new MillraceError('MR_PATH_UNUSABLE', `captureDir cannot be written: ${(cause as Error).message}`, { cause })
  }
}

export interface CapturedFrame {
  readonly kind: FrameKind
  readonly flags: number
  readonly channel: number
  readonly attempt: number
  readonly records: number
  readonly value: number
  readonly payload: Uint8Array
}

/** Reads what a run with `captureDir` has written. */
export function readCapturedFrames(dir: string): CapturedFrame[] {
  return capturedFiles(dir).flatMap(readFramesFile)
}

/** Paths of the files that a run with `captureDir` has written, by name. */
export function capturedFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.frames'))
    .sort()
    .map((file) => join(dir, file))
}

/** @throws MillraceError MR_FRAME_CORRUPT when the file does not hold whole frames, one after the other */
export function readFramesFile(path: string): CapturedFrame[] {
  const frames: CapturedFrame[] = []
  const bytes = readFileSync(path)
  for (let at = 0; at < bytes.length;) {
    const word = (i: number): number => bytes.readInt32LE(at + 4 * i)
    const end = at + HEADER_BYTES > bytes.length ? Infinity : at + HEADER_BYTES + word(0)
    if (end > bytes.length || end < at + HEADER_BYTES) {
      throw new MillraceError(
        'MR_FRAME_CORRUPT',
        `${path}: there is no whole frame at byte ${at} (frame ${frames.length}); the file was cut, or is none of captured frames`,
      )
    }
    const payload = new Uint8Array(bytes.subarray(at + HEADER_BYTES, end))
    frames.push({
      kind: word(1) as FrameKind,
      flags: word(2),
      channel: word(3),
      attempt: word(4),
      records: word(5),
      value: bytes.readDoubleLE(at + 24),
      payload,
    })
    at = end
  }
  return frames
}
