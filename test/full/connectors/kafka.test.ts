import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { nodeBinary, removeToolchainAfterwards } from '../package/toolchain.ts'
import { type JobProcess, jobProcess, killAtRandom, killedAndEnded } from './job-in-process.ts'
import type { KafkaConfig } from './jobs/kafka-job.ts'
import { type Broker, startBroker } from './kafka-broker.ts'

removeToolchainAfterwards()

const chance = new Prng(Number(process.env['MILLRACE_TEST_SEED'] ?? 1))
let broker: Broker | null = null
let node: string | null = null
let skipped = ''

beforeAll(async () => {
  node = process.env['MILLRACE_TEST_NODE_24'] ?? (await nodeBinary('24'))
  if (node === null) return void (skipped = `no package of Node.js 24 for ${process.platform} ${process.arch}`)
  const started = await startBroker()
  if ('skipped' in started) skipped = started.skipped
  else broker = started
})
afterAll(() => broker?.stop())

const COUNT = 12_000
const byNumber = (values: readonly string[]): string[] => values.toSorted((a, b) => Number(a) - Number(b))

/** Launches the job again and again, each time killed in another way; then lets it end, and compares what readers see. */
async function expectExact(
  name: string,
  ways: readonly ((config: KafkaConfig) => Promise<string | null>)[],
  stateDir: string,
): Promise<void> {
  const [input, output] = [`${name}-in`, `${name}-out`]
  await broker!.create(4, input, output)
  await broker!.fill(input, COUNT)
  const config: KafkaConfig = { broker: broker!.address, input, output, pauseMs: 100 }
  const last = (): JobProcess => jobProcess('kafka-job', { stateDir, config: { ...config, pauseMs: 0 }, execPath: node! })
  console.log(
    `${await killedAndEnded(
      ways.map((way) => () => way(config)),
      last,
    )} kills`,
  )
  expect(byNumber(await broker!.read(output))).toEqual(Array.from({ length: COUNT }, (_, n) => String(n)))
}

test('killed at 20 random instants: readers of committed messages see each once', async ({ skip }) => {
  if (broker === null) return skip(skipped)
  const stateDir = join(temporaryDir(), 'state')
  const ways = Array.from(
    { length: 20 },
    (_, i) => (config: KafkaConfig) =>
      killAtRandom(jobProcess('kafka-job', { stateDir, config, workers: 1 + (i % 3), execPath: node! }), chance),
  )
  await expectExact('random', ways, stateDir)
})

test.for(['before', 'after'] as const)(
  'killed five times %s the transaction of a complete checkpoint is ended: readers of committed messages see each once',
  async (where, { skip }) => {
    if (broker === null) return skip(skipped)
    const dir = temporaryDir()
    const stateDir = join(dir, 'state')
    const ways = Array.from({ length: 5 }, (_, i) => (config: KafkaConfig) => {
      const kill = { where, marker: join(dir, `killed-${i}`), calls: 1 + chance.nextInt(3) }
      return jobProcess('kafka-job', { stateDir, config: { ...config, kill }, execPath: node! }).ended
    })
    await expectExact(where, ways, stateDir)
  },
)
