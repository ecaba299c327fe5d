import type { Ratio } from './statistics.ts'

/** millrace to the naive loop. */
export interface MeasuredRatio extends Ratio {
  readonly query: string
}

/** Machines differ: a ratio that was kept elsewhere may be so much above one of here. */
const MACHINE_MARGIN = 1.25

/** Whether a ratio has dropped: the whole interval of now lies below the one that is kept, and further than machines differ. */
export function verdictOf(
  query: string,
  now: Ratio | undefined,
  kept: Ratio | undefined,
): { readonly text: string; readonly isDrop: boolean } {
  if (now === undefined) return { text: `${query}: not measured`, isDrop: false }
  const said = `${query}: ${textOf(now)} times the loop`
  if (kept === undefined) return { text: `${said}; none is kept`, isDrop: false }
  const isDrop = (now.high ?? now.ratio) * MACHINE_MARGIN < (kept.low ?? kept.ratio)
  return { text: `${said}; kept: ${textOf(kept)}${isDrop ? '. It has dropped by more than the noise' : ''}`, isDrop }
}

function textOf({ ratio, low, high }: Ratio): string {
  return low === null || high === null ? ratio.toFixed(2) : `${ratio.toFixed(2)} (${low.toFixed(2)} - ${high.toFixed(2)})`
}
