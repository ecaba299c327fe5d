import { type WindowSpec, gcd, windowStart } from './window-assigners.ts'
import { PANES_PER_WINDOW_MAX } from '../limits.ts'

/**
 * Windows that slide, cut into panes: stretches of time that each belong to the same windows from their beginning to their end. What falls into a pane is aggregated
 * once, whatever the number of windows that share it. (Li et al., "No pane, no gain", SIGMOD Record 34(1), 2005.)
 */
export interface Panes {
  readonly paneMs: number
  readonly sizeMs: number
  readonly slideMs: number
  readonly offsetMs: number
}

/** The panes of windows; null for windows that have none, or too many each. */
export function panesOf(windows: WindowSpec): Panes | null {
  if (windows.type !== 'sliding') return null
  const { sizeMs, slideMs, offsetMs } = windows
  const paneMs = gcd(sizeMs, slideMs)
  return sizeMs / paneMs <= PANES_PER_WINDOW_MAX ? { paneMs, sizeMs, slideMs, offsetMs } : null
}

/** Start of the pane that a time falls into. */
export function paneStart(timestamp: number, { paneMs, offsetMs }: Panes): number {
  return windowStart(timestamp, paneMs, offsetMs)
}

/** End of the last window that a pane belongs to. At or before the start of the pane when it lies between windows. */
export function lastEndOf(pane: number, { sizeMs, slideMs, offsetMs }: Panes): number {
  return windowStart(pane, slideMs, offsetMs) + sizeMs
}

/** Start of the first window that a pane belongs to, if it belongs to any. */
export function firstStartOf(pane: number, panes: Panes): number {
  const { paneMs, sizeMs, slideMs } = panes
  const last = lastEndOf(pane, panes) - sizeMs
  return last - Math.floor((sizeMs - paneMs - (pane - last)) / slideMs) * slideMs
}
