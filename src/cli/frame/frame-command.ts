import { FrameKind } from '../../ring/index.ts'
import { UsageError } from '../usage-error.ts'
import { readFrames, wholePayload } from './find-frame.ts'
import { frameList, headerText, payloadText } from './frame-text.ts'
import { viewPayload } from './payload-view.ts'

/** A list of captured frames, or one of them taken apart. */
export function frameCommand(path: string, { index }: { readonly index?: number }): string {
  const frames = readFrames(path)
  if (index === undefined) return frameList(frames)
  const found = frames[index]
  if (found === undefined) throw new UsageError(`there is no frame ${index}: ${path} holds 0 to ${frames.length - 1}`)
  const header = headerText(found)
  if (found.frame.kind !== FrameKind.batch) return header
  const whole = wholePayload(frames, index)
  if (whole === null) return `${header}one fragment of a payload of which others were not captured\n`
  const note = whole.fragments === 1 ? '' : `what follows is made of ${whole.fragments} fragments\n`
  return header + note + payloadText(viewPayload(whole.payload))
}
