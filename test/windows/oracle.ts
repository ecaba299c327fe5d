import { type Config, type Reading, type Shape, reading } from './jobs/windows-job.ts'

interface Span {
  readonly start: number
  readonly end: number
  readonly readings: readonly Reading[]
}

/** Sliding windows by looking for the first one that could hold a time, without any remainder. */
function sliding(readings: readonly Reading[], sizeMs: number, slideMs: number, offsetMs: number): Span[] {
  const windows = new Map<number, Reading[]>()
  for (const each of readings) {
    let start = Math.floor((each.at - offsetMs) / slideMs) * slideMs + offsetMs
    for (; start + sizeMs > each.at; start -= slideMs) windows.set(start, [...(windows.get(start) ?? []), each])
  }
  return [...windows].map(([start, its]) => ({ start, end: start + sizeMs, readings: its }))
}

function sessions(readings: readonly Reading[], gapMs: number): Span[] {
  const spans: { start: number; end: number; readings: Reading[] }[] = []
  for (const each of [...readings].sort((a, b) => a.at - b.at)) {
    const last = spans.at(-1)
    if (last !== undefined && each.at <= last.end) {
      last.end = each.at + gapMs
      last.readings.push(each)
    } else spans.push({ start: each.at, end: each.at + gapMs, readings: [each] })
  }
  return spans
}

function spansOf(readings: readonly Reading[], shape: Shape): Span[] {
  if (shape.type === 'session') return sessions(readings, shape.gapMs)
  return sliding(readings, shape.sizeMs, shape.type === 'tumbling' ? shape.sizeMs : shape.slideMs, shape.offsetMs ?? 0)
}

/** The rows of a job in which nothing is late, as the job writes them. */
export function expectedRows(config: Config): string[] {
  const byKey = new Map<unknown, Reading[]>()
  for (let n = 0; n < config.count; n++) {
    const each = reading(n, config)
    const key = config.all ? null : each.key
    if (!byKey.has(key)) byKey.set(key, [])
    byKey.get(key)!.push(each)
  }
  const rows: string[] = []
  for (const [key, readings] of byKey) {
    for (const { start, end, readings: its } of spansOf(readings, config.shape)) {
      const sum = its.reduce((total, { value }) => total + value, 0)
      rows.push(JSON.stringify([key, start, end, its.length, sum, Math.min(...its.map(({ value }) => value))]))
    }
  }
  return rows.sort()
}
