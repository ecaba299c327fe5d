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
const JAAS = 'org.apache.kafka.common.security'
const READY_MS_MAX = 180_000
const call = promisify(execFile)

/** Who may come in by the listener that is encrypted, by mechanism. */
export const USERS = {
  PLAIN: { username: 'plain', password: 'plain-secret' },
  'SCRAM-SHA-256': { username: 'scram', password: 'scram-secret' },
} as const

export interface Broker {
  readonly address: string
  /** Of a listener with TLS and SASL. */
  readonly secureAddress: string
  /** The certificate of the broker, which nobody else has signed. */
  readonly certificate: string
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
  if ((await outputOf({ command: 'openssl', args: ['version'] })) === undefined) return { skipped: 'there is no openssl here' }
  if ((await outputOf({ command: 'mvn', args: ['--version'] })) === undefined) return { skipped: 'there is no Maven (mvn) here' }
  const failure = await build(FOLDER, { command: 'mvn', args: ['--batch-mode', '--no-transfer-progress', 'compile'] })
  if (failure !== undefined) return { skipped: failure }
  const classpath = readFileSync(join(FOLDER, 'target', 'classpath.txt'), 'utf8').trim()
  const dir = mkdtempSync(join(tmpdir(), 'millrace-kafka-'))
  const [port, controllerPort, securePort] = [await freePort(), await freePort(), await freePort()]
  const { certificate, keyStore } = await makeCertificate(dir)
  const settings = join(dir, 'server.properties')
  writeFileSync(settings, propertiesOf(dir, port, controllerPort, securePort, keyStore))
  const java = (...args: string[]): Promise<{ stdout: string }> =>
    call('java', [...JAVA_OPTIONS, '-cp', classpath, ...args], { maxBuffer: 2 ** 28 })
  const { username, password } = USERS['SCRAM-SHA-256']
  const scram = `SCRAM-SHA-256=[name=${username},password=${password}]`
  await java('kafka.tools.StorageTool', 'format', '-t', 'bWlsbHJhY2UtdGVzdHMtMQ', '-c', settings, '--add-scram', scram)
  const server = spawn('java', [...JAVA_OPTIONS, '-cp', classpath, 'kafka.Kafka', settings], { stdio: 'ignore' })
  const address = `127.0.0.1:${port}`
  const tool = join(FOLDER, 'Topics.java')
  const broker: Broker = {
    address,
    secureAddress: `127.0.0.1:${securePort}`,
    certificate,
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

/** Made for this broker, and gone with it. */
async function makeCertificate(dir: string): Promise<{ readonly certificate: string; readonly keyStore: string }> {
  const [key, cert, keyStore] = [join(dir, 'key.pem'), join(dir, 'cert.pem'), join(dir, 'keystore.pem')]
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  await call('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names])
  const certificate = readFileSync(cert, 'utf8')
  writeFileSync(keyStore, readFileSync(key, 'utf8') + certificate, { mode: 0o600 })
  return { certificate, keyStore }
}

function propertiesOf(dir: string, port: number, controllerPort: number, securePort: number, keyStore: string): string {
  mkdirSync(join(dir, 'logs'))
  const plain = USERS.PLAIN
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT',
    'listener.name.secure.sasl.enabled.mechanisms': Object.keys(USERS).join(),
    'listener.name.secure.plain.sasl.jaas.config': `${JAAS}.plain.PlainLoginModule required user_${plain.username}="${plain.password}";`,
    'listener.name.secure.scram-sha-256.sasl.jaas.config': `${JAAS}.scram.ScramLoginModule required;`,
    'listener.name.secure.ssl.keystore.type': 'PEM',
    'listener.name.secure.ssl.keystore.location': keyStore,
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
