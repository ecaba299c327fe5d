import { Prng } from '../../src/core/prng.ts'
import type { SimulateOptions } from '../../src/testing/index.ts'

/** Engine options of all kinds, tiny rings and mailboxes among them, and how often user code throws: decided by the seed. */
export function randomOptions(seed: number | string): { options: SimulateOptions; count: number; failures: number[] } {
  const chance = new Prng(`options of ${seed}`)
  const pick = <T>(...choices: T[]): T => choices[chance.nextInt(choices.length)]!
  const count = pick(0, 1, 50, 400, 1200)
  const options: SimulateOptions = {
    seed,
    workers: pick(1, 2, 3, 5),
    batchRecords: pick(1, 2, 7, 64, 1024),
    ringBytes: pick(4096, 16_384),
    mailboxBytes: pick(1024, 4096, 65_536),
    transport: pick('ring', 'auto'),
    chaining: pick('on', 'off'),
    codec: pick('generated', 'interpreted'),
    checkpointIntervalMs: pick(1, 5, 50),
    lingerMs: pick(0, 1, 5),
    restart: { maxRestarts: 100, backoff: { minMs: 0, maxMs: pick(0, 5, 50) } },
    maxSteps: 500_000,
  }
  const failures = Array.from({ length: 1 + chance.nextInt(4) }, () => chance.nextInt(Math.max(1, count)))
  return { options, count, failures }
}
