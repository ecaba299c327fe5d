import { describe, expect, test } from 'vitest'
import { runProgram } from '../../../bench/harness/run-contender.ts'
import { loadLoops } from '../../../bench/loops/registry.ts'
import type { QueryName } from '../../../bench/loops/registry.ts'
import type { PeerName } from '../../../bench/peers/peer.ts'
import { ALL_PEERS } from '../../../bench/peers/registry.ts'
import { spanOf } from '../../../bench/workloads/span.ts'

const SEED = 3
const COUNT = 20_000

/** Engines of the JVM take seconds to start: one query of each kind. The bench compares the checksums of all. */
const CASES: readonly (readonly [PeerName, readonly QueryName[]])[] = [
  ['timely', ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'wc']],
  ['flink', ['q4', 'q11', 'wc']],
  ['flink-checkpoints', ['q5', 'ks']],
  ['flink-elided', ['q0']],
  ['jet', ['q3', 'q4', 'q8']],
  ['jet-checkpoints', ['q5', 'q11', 'wc']],
  ['pekko', ['q1', 'ks']],
]

describe.each(CASES)('%s gives what the naive loop gives', (name, queries) => {
  test('in each of its queries', async (context) => {
    const prepared = await ALL_PEERS.find((peer) => peer.name === name)!.prepare()
    if ('skipped' in prepared) return context.skip(prepared.skipped)
    for (const query of queries) {
      const program = prepared.program({ contender: name, query, seed: SEED, count: COUNT, workers: 2 })
      const report = await runProgram(program, `${name} of ${query}`, 300_000)
      expect(report, query).toMatchObject({ events: COUNT, ...(await loadLoops(query)).naive(spanOf(SEED, COUNT)) })
    }
  })
})
