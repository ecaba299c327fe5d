import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { nodeBinary, removeToolchainAfterwards } from '../package/toolchain.ts'
import { type JobProcess, jobProcess, killAtRandom, killedAndEnded } from './job-in-process.ts'
import type { KafkaConfig } from './jobs/kafka-job.ts'
import { type Broker, USERS, startBroker } from './kafka-broker.ts'

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

test('what instances wrote that are no more holds up no reader', async ({ skip }) => {
  if (broker === null) return skip(skipped)
  const dir = temporaryDir()
  const [input, output] = ['gone-in', 'gone-out']
  await broker.create(4, input, output)
  await broker.fill(input, COUNT)
  const config: KafkaConfig = { broker: broker.address, input, output, pauseMs: 0 }
  const common = { stateDir: join(dir, 'state'), execPath: node! }
  // Before the first checkpoint: no state of theirs is known.
  const kill = { where: 'open', marker: join(dir, 'killed'), calls: 2 } as const
  expect(await jobProcess('kafka-job', { ...common, config: { ...config, kill }, workers: 4, intervalMs: 3_600_000 }).ended).toBe(null)
  expect(await jobProcess('kafka-job', { ...common, config, workers: 1 }).ended).toBe('finished')
  expect(byNumber(await broker.read(output))).toEqual(Array.from({ length: COUNT }, (_, n) => String(n)))
})

test.for(['PLAIN', 'SCRAM-SHA-256'] as const)(
  'by TLS, with SASL %s: every message once; a wrong password or certificate is told without the secret',
  async (mechanism, { skip }) => {
    if (broker === null) return skip(skipped)
    const [input, output] = [`${mechanism}-in`, `${mechanism}-out`]
    await broker.create(2, input, output)
    await broker.fill(input, 2_000)
    const { secureAddress, certificate } = broker
    const config = { broker: secureAddress, input, output, pauseMs: 0 }
    const sasl = { mechanism, ...USERS[mechanism] }
    const tls = { ca: certificate }
    const ended = (secure: KafkaConfig['secure']): Promise<string | null> =>
      jobProcess('kafka-job', { stateDir: join(temporaryDir(), 'state'), config: { ...config, secure }, execPath: node! }).ended
    expect(await ended({ tls, sasl })).toBe('finished')
    expect(byNumber(await broker.read(output))).toEqual(Array.from({ length: 2_000 }, (_, n) => String(n)))
    const refused = await ended({ tls, sasl: { ...sasl, password: 'not-it' }, retryMs: 1_000 })
    expect(refused).toMatch(/^failed: MillraceError/)
    expect(refused).toMatch(/[Aa]uthentication/)
    expect(refused).not.toContain('not-it')
    expect(await ended({ tls: {}, sasl, retryMs: 1_000 })).toMatch(/^failed: MillraceError[^]*certificate/)
  },
)
