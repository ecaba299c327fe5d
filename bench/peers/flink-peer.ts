import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { build, outputOf, peerFolder } from './native-build.ts'
import type { Peer, PeerName, Prepared } from './peer.ts'
import { namedArguments } from './timely-peer.ts'

/** As the documentation of Flink says for Java 17. */
const JAVA_OPTIONS = ['java.lang', 'java.util', 'java.util.concurrent', 'java.time'].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
)

const JAVA_MIN = 17

/** Flink in one JVM (its MiniCluster), built with Maven. `settings` are further arguments `name=value`. */
export function flinkPeer(name: PeerName, settings: readonly string[], elided = false): Peer {
  return { name, elided, prepare: () => prepareFlink(settings, elided) }
}

async function prepareFlink(settings: readonly string[], elided: boolean): Promise<Prepared> {
  const java = await outputOf({ command: 'java', args: ['-version'] })
  const javaVersion = /version "([^"]+)"/.exec(java ?? '')?.[1]
  if (javaVersion === undefined) return { skipped: 'there is no Java here' }
  if (Number.parseInt(javaVersion) < JAVA_MIN) return { skipped: `Java ${javaVersion} is older than ${JAVA_MIN}` }
  if ((await outputOf({ command: 'mvn', args: ['--version'] })) === undefined) return { skipped: 'there is no Maven (mvn) here' }
  const folder = peerFolder('flink')
  const failure = await (building ??= build(folder, { command: 'mvn', args: ['--batch-mode', '--no-transfer-progress', 'compile'] }))
  if (failure !== undefined) return { skipped: failure }
  const target = join(folder, 'target')
  const classpath = [join(target, 'classes'), readFileSync(join(target, 'classpath.txt'), 'utf8').trim()].join(delimiter)
  const version = /<flink\.version>(.+)<\/flink\.version>/.exec(readFileSync(join(folder, 'pom.xml'), 'utf8'))?.[1]
  return {
    queries: elided ? ['q0', 'q1', 'q2'] : ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'wc'],
    versions: `Flink ${version}, Java ${javaVersion}`,
    program: (order) => ({
      command: 'java',
      args: [...JAVA_OPTIONS, '-cp', classpath, 'millrace.peer.Main', ...namedArguments(order), ...settings],
    }),
  }
}

let building: Promise<string | undefined> | undefined
