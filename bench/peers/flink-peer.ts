import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { QueryName } from '../loops/registry.ts'
import { build, namedArguments, outputOf, peerFolder } from './native.ts'
import type { Peer, PeerName, Prepared } from './peer.ts'

/** As the documentation of Flink says for Java 17. */
const JAVA_OPTIONS = ['java.lang', 'java.util', 'java.util.concurrent', 'java.time'].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
)

const JAVA_MIN = 17

const BUILDER = { command: 'mvn', args: ['--batch-mode', '--no-transfer-progress', 'compile'] }

const ALL: readonly QueryName[] = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'wc']

/** Flink in one JVM (its MiniCluster), built with Maven. `settings` are further arguments `name=value`. */
export function flinkPeer(name: PeerName, settings: readonly string[], queries: readonly QueryName[] = ALL): Peer {
  return {
    name,
    async prepare(): Promise<Prepared> {
      const java = await outputOf({ command: 'java', args: ['-version'] })
      const javaVersion = /version "([^"]+)"/.exec(java ?? '')?.[1]
      if (javaVersion === undefined) return { skipped: 'there is no Java here' }
      if (Number.parseInt(javaVersion) < JAVA_MIN) return { skipped: `Java ${javaVersion} is older than ${JAVA_MIN}` }
      if ((await outputOf({ command: 'mvn', args: ['--version'] })) === undefined) return { skipped: 'there is no Maven (mvn) here' }
      const folder = peerFolder('flink')
      const failure = await (building ??= build(folder, BUILDER, () => librariesOf(folder).every(existsSync)))
      if (failure !== undefined) return { skipped: failure }
      const version = /<flink\.version>(.+)<\/flink\.version>/.exec(readFileSync(join(folder, 'pom.xml'), 'utf8'))?.[1]
      const classpath = [join(folder, 'target', 'classes'), ...librariesOf(folder)].join(delimiter)
      return {
        queries,
        versions: `Flink ${version}, Java ${javaVersion}`,
        program: (order) => ({
          command: 'java',
          args: [...JAVA_OPTIONS, '-cp', classpath, 'millrace.peer.Main', ...namedArguments(order), ...settings],
        }),
      }
    },
  }
}

/** One build for all peers that are Flink. */
let building: Promise<string | undefined> | undefined

/** Jars of Maven's repository, which may be emptied between two runs. */
function librariesOf(folder: string): string[] {
  return readFileSync(join(folder, 'target', 'classpath.txt'), 'utf8')
    .trim()
    .split(delimiter)
}
