import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Order } from '../harness/protocol.ts'
import type { Program } from '../harness/run-contender.ts'
import { spanOf } from '../workloads/span.ts'
import { projectFolder } from '../harness/project-folder.ts'

/** Where the sources of a peer in another language are. */
export function peerFolder(name: string): string {
  return join(projectFolder(), 'bench', 'peers', name)
}

/** An order for a program that has no JSON at hand. */
export function namedArguments({ query, seed, count, workers }: Order<string>): string[] {
  return [`query=${query}`, `first=${spanOf(seed, count).first}`, `count=${count}`, `workers=${workers}`]
}

/** What the command prints on both of its outputs, or undefined when there is no such command or it fails. */
export async function outputOf({ command, args }: Program): Promise<string | undefined> {
  let output = ''
  const code = await run({ command, args }, '.', (text) => (output += text))
  return code === 0 ? output : undefined
}

/**
 * Builds what is in `folder` into its folder target/, unless that was built from the same sources and is intact.
 *
 * @param isIntact asked only when something was built
 * @param shared other folders with sources of it
 * @returns undefined, or why it could not be built
 */
export async function build(
  folder: string,
  builder: Program,
  isIntact: () => boolean = () => true,
  shared: readonly string[] = [],
): Promise<string | undefined> {
  const target = join(folder, 'target')
  const stamp = join(target, 'built-from.txt')
  const sources = hashOf([folder, ...shared])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources && isIntact()) return undefined
  mkdirSync(target, { recursive: true })
  const log = join(target, 'build.log')
  const file = createWriteStream(log)
  const code = await run(builder, folder, (text) => file.write(text))
  await new Promise<void>((resolve) => file.end(resolve))
  if (code !== 0) return `${builder.command} could not build it (are its packages within reach?): ${log}`
  writeFileSync(stamp, sources)
  return undefined
}

/** Of all files but those in target/. */
function hashOf(folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
      const file = join(folder, name)
      if (/^target(?:[/\\]|$)/.test(name) || statSync(file).isDirectory()) continue
      hash.update(name).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return hash.digest('hex')
}

/** @returns its exit code; null when it could not be started or was killed */
function run({ command, args }: Program, cwd: string, take: (text: string) => void): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take)
    child.on('error', () => resolve(null))
    child.on('close', resolve)
  })
}
