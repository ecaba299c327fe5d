import { Prng } from '../../../src/core/prng.ts'
import type { BackendOption, Job } from '../../../src/index.ts'
import type { SimulateOptions, SimulatedRun } from '../../../src/testing/index.ts'
import { simulateAgainst } from '../../../src/testing/simulate-seeds.ts'
import type { JoinShape } from '../../joins/jobs/joins-job.ts'
import type { Shape } from '../../windows/jobs/windows-job.ts'
import anyJob, { type AnyConfig, type Piece } from './any-job.ts'
import { oracleOf, readingsOf } from './any-oracle.ts'

type Pick = <T>(...choices: T[]) => T

const WINDOWS: readonly Shape[] = [
  { type: 'tumbling', sizeMs: 50 },
  { type: 'tumbling', sizeMs: 70, offsetMs: -15 },
  { type: 'sliding', sizeMs: 80, slideMs: 20 },
  { type: 'sliding', sizeMs: 60, slideMs: 40 },
  { type: 'session', gapMs: 21 },
]

const JOINS: readonly JoinShape[] = [
  { type: 'interval', interval: { lowerMs: -20, upperMs: 50 } },
  { type: 'window', window: { type: 'tumbling', sizeMs: 100 }, join: 'full' },
  { type: 'window', window: { type: 'sliding', sizeMs: 80, slideMs: 40 }, join: 'inner' },
  { type: 'window', window: { type: 'session', gapMs: 31 }, join: 'left' },
  { type: 'coGroup', window: { type: 'tumbling', sizeMs: 100 } },
  { type: 'temporal', join: 'left', deletes: true },
]

function piece(pick: Pick): Piece {
  const type = pick<Piece['type']>(
    'sums',
    'steps',
    'rounds',
    'timers',
    'strict',
    'lenient',
    'pushed',
    'changes',
    'async',
    'windows',
    'windows',
    'join',
  )
  if (type === 'async') return { type, ordered: pick(true, false), outside: pick(true, false) }
  if (type === 'join') return { type, shape: pick(...JOINS) }
  if (type === 'windows')
    return {
      type,
      shape: pick(...WINDOWS),
      path: pick('general', 'fast'),
      all: pick(false, false, true),
      form: pick('aggregate', 'process'),
    }
  return { type }
}

export interface RandomCase {
  readonly config: AnyConfig
  readonly options: SimulateOptions
}

/** A job and the options of the engine, decided by a seed. */
export function randomCase(seed: number | string): RandomCase {
  const chance = new Prng(`case ${seed}`)
  const pick: Pick = (...choices) => choices[chance.nextInt(choices.length)]!
  const pieces = Array.from({ length: pick(1, 1, 2, 3) }, () => piece(pick))
  const config: AnyConfig = {
    count: pick(1, 60, 200, 200, 500),
    splits: pick(1, 2, 4),
    keys: pick(1, 5, 30),
    texts: pick(true, false),
    stepMs: pick(1, 3),
    disorderMs: pick(0, 10, 40),
    // One join, and windows of one shape, have names of their own.
    pieces: pieces.filter(
      ({ type }, i) => (type !== 'join' && type !== 'windows') || pieces.findIndex((other) => other.type === type) === i,
    ),
  }
  const options: SimulateOptions = {
    seed,
    workers: pick(1, 2, 3, 4),
    batchRecords: pick(1, 7, 7, 64),
    ringBytes: pick(4096, 16_384),
    mailboxBytes: pick(1024, 4096, 65_536),
    transport: pick('ring', 'auto'),
    chaining: pick('on', 'off'),
    codec: pick('generated', 'interpreted'),
    checkpointIntervalMs: pick(1, 2, 5, 20),
    checkpointTimeoutMs: pick(20, 1000, 60_000),
    lingerMs: pick(0, 1, 5),
    keyGroups: pick(1, 3, 16, 128),
    restart: { maxRestarts: 1000, backoff: { minMs: 0, maxMs: pick(0, 5, 50) }, scope: scopeOf(seed) },
    maxSteps: 300_000,
    // Where an operator has state by key: so little memory that most of it lies outside.
    backend: pick<BackendOption>('memory', 'memory', { type: 'lmdb', cacheBytes: 2_048 }),
  }
  return { config, options }
}

/** Who restarts when an operator throws: by a chance of its own, so that all else is as it was before there was a choice. */
function scopeOf(seed: number | string): 'region' | 'actor' {
  return new Prng(`scope ${seed}`).nextInt(2) === 0 ? 'region' : 'actor'
}

/** Simulates the case of a seed with faults, against the oracle. */
export function runCase(
  seed: number | string,
  given: Partial<Omit<SimulateOptions, 'config' | 'inputs' | 'seed'>> & { job?: Job } = {},
): Promise<SimulatedRun> {
  const { config, options } = randomCase(seed)
  const { expected, views } = oracleOf(config)
  const inputs: Record<string, unknown[]> = config.pieces.some(({ type }) => type === 'pushed') ? { pushed: readingsOf(config) } : {}
  const { job = anyJob as Job, ...others } = given
  return simulateAgainst(job, { ...options, config, inputs, faults: true, ...others }, expected, views)
}
