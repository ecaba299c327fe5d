import type { QueryName } from '../loops/registry.ts'
import type { PeerName } from '../peers/peer.ts'

/** What is to be reached, with checkpoints every second, 2 workers and 2 cores. All are ratios of rates, millrace to another. */
export interface Bar {
  readonly query: QueryName
  readonly to: 'naive' | 'best' | PeerName
  readonly goal: number
}

const LOOP: Partial<Record<QueryName, number>> = {
  ...{ q0: 1.5, q1: 1.5, q2: 1.5, q3: 1.5, q4: 1.4, q5: 3, q7: 1.5, q8: 1.5, q11: 1.3 },
  ...{ ks: 2, 'ks-every': 0.8, wc: 1.6 },
}

function all(to: Bar['to'], goal: number, queries: readonly QueryName[]): Bar[] {
  return queries.map((query) => ({ query, to, goal }))
}

export const BARS: readonly Bar[] = [
  ...Object.entries(LOOP).map(([query, goal]): Bar => ({ query: query as QueryName, to: 'naive', goal })),
  { query: 'q5', to: 'best', goal: 1.3 },
  ...all('flink', 1, ['q0', 'q1', 'q3']),
  ...all('flink', 4, ['q4', 'q5', 'q7', 'q11', 'ks', 'wc']),
  ...all('timely', 1, ['q4', 'q5', 'q7', 'q11', 'ks']),
  ...all('jet', 2, ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'wc']),
]

/** Those beside other engines. */
export const PEER_BARS: readonly Bar[] = BARS.filter(({ to }) => to !== 'naive' && to !== 'best')

export const LATENCY_ROWS_PER_SECOND = 100_000
/** Aims, in ms from the end of a window: at so many events a second, tumbling windows of 1 s, 10,000 keys. */
export const LATENCY_AIMS_MS = { p50: 1.5, p99: 6, 'p99.9': 10 } as const
