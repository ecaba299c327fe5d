/** What the harness asks of a contender's process (one JSON argument) and what that process prints (one JSON line). */

export const CONTENDERS = ['naive', 'best', 'millrace'] as const
export type ContenderName = (typeof CONTENDERS)[number]

export interface Order<Name extends string = ContenderName> {
  readonly contender: Name
  readonly query: string
  readonly seed: number
  /** Records to make. */
  readonly count: number
  /** Worker threads; a loop has none. */
  readonly workers: number
}

export interface Report {
  /** Records made. */
  readonly events: number
  /** Wall time from the first record made to the last row hashed. */
  readonly seconds: number
  /** Time before that: from the start of the process for a loop, from the call of launch() for a job. */
  readonly startupMs: number
  readonly checksum: number
  readonly rows: number
  /** Only where the query counts them. */
  readonly characters?: number
  /** Only of a job; null where it takes no checkpoints. */
  readonly checkpointIntervalMs?: number | null
  /** The most memory that the process had; absent or null where its system does not say. */
  readonly peakRssBytes?: number | null
  /** Of the whole process, from its start to its end; added by the harness. */
  readonly processSeconds?: number
}

export class ContenderError extends Error {
  override readonly name = 'ContenderError'
}

/** @throws ContenderError when the last line of the output is no report. */
export function parseReport(output: string): Report {
  const line = output.trimEnd().split('\n').at(-1) ?? ''
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new ContenderError(`its last line of output is not JSON: ${line.slice(0, 200)}`, { cause })
  }
  const report = value as Report
  for (const field of ['events', 'seconds', 'startupMs', 'checksum', 'rows'] as const) {
    if (!Number.isFinite(report?.[field])) throw new ContenderError(`its report has no number "${field}": ${line.slice(0, 200)}`)
  }
  if (report.seconds <= 0) throw new ContenderError(`its report has seconds=${report.seconds}`)
  return report
}
