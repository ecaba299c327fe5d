import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { FLAG_CONTINUED, FLAG_MORE } from '../../ring/index.ts'
import { type CapturedFrame, capturedFiles, readFramesFile } from '../../worker/capture-frames.ts'
import { UsageError } from '../usage-error.ts'

export interface FoundFrame {
  /** Number over all files that were read. */
  readonly index: number
  readonly file: string
  readonly frame: CapturedFrame
}

/** @param path a file of captured frames, or the folder that a run wrote them to */
export function readFrames(path: string): FoundFrame[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new UsageError(`there is no file or folder ${path}`)
  const files = stat.isDirectory() ? capturedFiles(path) : [path]
  const frames = files.flatMap((file) => readFramesFile(file).map((frame) => ({ file: basename(file), frame })))
  if (frames.length === 0) throw new UsageError(`${path} holds no captured frames; "millrace run --capture <dir>" writes them`)
  return frames.map((found, index) => ({ index, ...found }))
}

/** The payload that a frame belongs to: its own, or that of all fragments. Null when some of them are missing. */
export function wholePayload(
  frames: readonly FoundFrame[],
  index: number,
): { readonly payload: Uint8Array; readonly fragments: number } | null {
  const { file, frame } = frames[index]!
  const channel = frames.filter(
    (other) => other.file === file && other.frame.channel === frame.channel && other.frame.attempt === frame.attempt,
  )
  let first = channel.findIndex((other) => other.index === index)
  let last = first
  while (first >= 0 && (channel[first]!.frame.flags & FLAG_CONTINUED) !== 0) first--
  while (last < channel.length && (channel[last]!.frame.flags & FLAG_MORE) !== 0) last++
  if (first < 0 || last >= channel.length) return null
  const parts = channel.slice(first, last + 1).map((part) => part.frame.payload)
  return { payload: Buffer.concat(parts), fragments: parts.length }
}
