/** An actor and its mailbox over an interval. */
export interface WindowLook {
  /** What each of its channels may have in flight now; Infinity: all that credit allows. */
  readonly windowBytes: number
  /** What it has processed, and in what time. */
  readonly consumedBytes: number
  readonly overMs: number
  /** Channels that this came from. */
  readonly channels: number
  /** It had nothing left for a moment: so its rate is that of its senders, or of the way. */
  readonly starved: boolean
  /** In this time what is in flight is to be processed. */
  readonly drainMs: number
  /** Bounds of a window: frames are of half its size at most. Whatever reaches `maxBytes` is no bound. */
  readonly minBytes: number
  readonly maxBytes: number
}

/** A window stays as it is unless it would change by more than this part. */
const CHANGE_SHARE_MIN = 0.25

/**
 * What each channel of a mailbox may have in flight next: as much as its actor processes in `drainMs`, so that barriers, which wait behind what is in flight, come through in about that time however slow
 * the actor is. One that was starved gets at least twice the window, since a small one may be what keeps it from more. A pure function, after buffer debloating in Flink (FLIP-183).
 */
export function nextWindow({ windowBytes, consumedBytes, overMs, channels, starved, drainMs, minBytes, maxBytes }: WindowLook): number {
  const rateBytes = (consumedBytes / overMs) * (drainMs / channels)
  const wanted = starved ? Math.max(rateBytes, 2 * windowBytes) : rateBytes
  if (wanted >= maxBytes) return Infinity
  const next = Math.max(minBytes, Math.ceil(wanted))
  return Number.isFinite(windowBytes) && Math.abs(next - windowBytes) <= CHANGE_SHARE_MIN * windowBytes ? windowBytes : next
}
