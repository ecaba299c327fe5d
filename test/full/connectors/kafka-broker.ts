import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { projectFolder } from '../../../bench/harness/project-folder.ts'
import { build, outputOf } from '../../../bench/peers/native.ts'
import { freePort } from './free-port.ts'

const FOLDER = join(projectFolder(), 'test', 'full', 'connectors', 'kafka-broker')
/** Small: a test shares its machine. */
const JAVA_OPTIONS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const READY_MS_MAX = 180_000
const call = promisify(execFile)

export interface Broker {
  readonly address: string
  create(partitions: number, ...topics: string[]): Promise<void>
  /** Numbers from 0 on as texts, in committed transactions, with aborted ones between them. */
  fill(topic: string, count: number): Promise<void>
  /** What readers of committed messages see, by Kafka's own client. */
  read(topic: string): Promise<string[]>
  stop(): Promise<void>
}

/** A broker of Kafka in one JVM (KRaft), with its jars from Maven; or why there is none. */
export async function startBroker(): Promise<Broker | { readonly skipped: string }> {
  if ((await outputOf({ command: 'java', args: ['-version'] })) === undefined) return { skipped: 'there is no Java here' }
  if ((await outputOf({ command: 'mvn', args: ['--version'] })) === undefined) return { skipped: 'there is no Maven (mvn) here' }
  const failure = await build(FOLDER, { command: 'mvn', args: ['--batch-mode', '--no-transfer-progress', 'compile'] })
  if (failure !== undefined) return { skipped: failure }
  const classpath = readFileSync(join(FOLDER, 'target', 'classpath.txt'), 'utf8').trim()
  const dir = mkdtempSync(join(tmpdir(), 'millrace-kafka-'))
  const [port, controllerPort] = [await freePort(), await freePort()]
  const settings = join(dir, 'server.properties')
  writeFileSync(settings, propertiesOf(dir, port, controllerPort))
  const java = (...args: string[]): Promise<{ stdout: string }> =>
    call('java', [...JAVA_OPTIONS, '-cp', classpath, ...args], { maxBuffer: 2 ** 28 })
  await java('kafka.tools.StorageTool', 'format', '-t', 'bWlsbHJhY2UtdGVzdHMtMQ', '-c', settings)
  const server = spawn('java', [...JAVA_OPTIONS, '-cp', classpath, 'kafka.Kafka', settings], { stdio: 'ignore' })
  const address = `127.0.0.1:${port}`
  const tool = join(FOLDER, 'Topics.java')
  const broker: Broker = {
    address,
    create: async (partitions, ...topics) => void (await java(tool, 'create', address, String(partitions), ...topics)),
    fill: async (topic, count) => void (await java(tool, 'fill', address, topic, String(count))),
    read: async (topic) => (await java(tool, 'read', address, topic)).stdout.split('\n').slice(0, -1),
    stop: () => stopBroker(server, dir),
  }
  await ready(broker, server)
  return broker
}

/** When a produced message comes back. */
async function ready(broker: Broker, server: ChildProcess): Promise<void> {
  const began = performance.now()
  for (let attempt = 0; ; attempt++) {
    try {
      await broker.create(1, `ready-${attempt}`)
      await broker.fill(`ready-${attempt}`, 1)
      if ((await broker.read(`ready-${attempt}`)).join() === '0') return
    } catch (cause) {
      if (server.exitCode === null && performance.now() - began < READY_MS_MAX) await sleep(500)
      else throw new Error('Kafka does not start', { cause })
    }
  }
}

async function stopBroker(server: ChildProcess, dir: string): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  if (server.exitCode === null && server.kill('SIGKILL')) await ended
  rmSync(dir, { recursive: true, force: true })
}

function propertiesOf(dir: string, port: number, controllerPort: number): string {
  mkdirSync(join(dir, 'logs'))
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dir, 'logs'),
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'num.network.threads': 2,
    'num.io.threads': 2,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
