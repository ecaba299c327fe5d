import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { QueryName } from '../loops/registry.ts'
import { build, namedArguments, outputOf, peerFolder } from './native.ts'
import type { Peer, PeerName, Prepared } from './peer.ts'

/** An engine in one JVM, with a folder that is a Maven project and shares the folder java/ with the others. */
interface Engine {
  /** As in the pom's property FOLDER.version. */
  readonly folder: string
  readonly title: string
  readonly queries: readonly QueryName[]
  /** For the JVM, as the documentation of the engine says for Java 17. */
  readonly java: readonly string[]
}

const ALL: readonly QueryName[] = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'wc']
const SHARED = 'java'
const JAVA_MIN = 17
const BUILDER = { command: 'mvn', args: ['--batch-mode', '--no-transfer-progress', 'compile'] }
const opened = (names: readonly string[]): string[] => names.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`)

/** Its MiniCluster. */
export const FLINK: Engine = {
  folder: 'flink',
  title: 'Flink',
  queries: ALL,
  java: opened(['java.lang', 'java.util', 'java.util.concurrent', 'java.time']),
}

/** One member. */
export const JET: Engine = {
  folder: 'jet',
  title: 'Hazelcast Jet',
  queries: ALL,
  java: [
    '--add-modules=java.se',
    '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
    ...opened(['java.lang', 'sun.nio.ch']),
    '--add-opens=java.management/sun.management=ALL-UNNAMED',
    '--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED',
  ],
}

/** What asks for no event time. */
export const PEKKO: Engine = { folder: 'pekko', title: 'Pekko Streams', queries: ['q0', 'q1', 'q2', 'ks', 'wc'], java: [] }

/** An engine of the JVM, built with Maven. `settings` are further arguments `name=value`. */
export function jvmPeer(name: PeerName, engine: Engine, settings: readonly string[] = [], queries = engine.queries): Peer {
  return {
    name,
    async prepare(): Promise<Prepared> {
      const java = await outputOf({ command: 'java', args: ['-version'] })
      const javaVersion = /version "([^"]+)"/.exec(java ?? '')?.[1]
      if (javaVersion === undefined) return { skipped: 'there is no Java here' }
      if (Number.parseInt(javaVersion) < JAVA_MIN) return { skipped: `Java ${javaVersion} is older than ${JAVA_MIN}` }
      if ((await outputOf({ command: 'mvn', args: ['--version'] })) === undefined) return { skipped: 'there is no Maven (mvn) here' }
      const failure = await builtOnce(engine)
      if (failure !== undefined) return { skipped: failure }
      const folder = peerFolder(engine.folder)
      const pom = readFileSync(join(folder, 'pom.xml'), 'utf8')
      const version = new RegExp(`<${engine.folder}\\.version>(.+)</`).exec(pom)?.[1]
      const classpath = [join(folder, 'target', 'classes'), ...librariesOf(folder)].join(delimiter)
      return {
        queries,
        versions: `${engine.title} ${version}, Java ${javaVersion}`,
        program: (order) => ({
          command: 'java',
          args: [...engine.java, '-cp', classpath, 'millrace.peer.Main', ...namedArguments(order), ...settings],
        }),
      }
    },
  }
}

const building = new Map<Engine, Promise<string | undefined>>()

/** One build for all peers of an engine. */
function builtOnce(engine: Engine): Promise<string | undefined> {
  const folder = peerFolder(engine.folder)
  const begun = building.get(engine) ?? build(folder, BUILDER, () => librariesOf(folder).every(existsSync), [peerFolder(SHARED)])
  building.set(engine, begun)
  return begun
}

/** Jars of Maven's repository, which may be emptied between two runs. */
function librariesOf(folder: string): string[] {
  return readFileSync(join(folder, 'target', 'classpath.txt'), 'utf8')
    .trim()
    .split(delimiter)
}
