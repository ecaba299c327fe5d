import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Program } from '../harness/run-contender.ts'

/** The folder of package.json: sources that tsc does not compile are found from there, whether this file runs in dist/ or not. */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

export function peerFolder(name: string): string {
  return join(projectFolder(), 'bench', 'peers', name)
}

/** What the command prints on both of its outputs, or undefined when there is no such command or it fails. */
export async function outputOf({ command, args }: Program): Promise<string | undefined> {
  let output = ''
  const code = await run({ command, args }, '.', (text) => (output += text))
  return code === 0 ? output : undefined
}

/**
 * Builds what is in `folder` into its folder target/, unless that was built from the same sources.
 *
 * @returns undefined, or why it could not be built
 */
export async function build(folder: string, builder: Program): Promise<string | undefined> {
  const target = join(folder, 'target')
  const stamp = join(target, 'built-from.txt')
  const sources = hashOf(folder)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return undefined
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
function hashOf(folder: string): string {
  const hash = createHash('sha256')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  for (const name of files) {
    if (/^target(?:[/\\]|$)/.test(name) || statSync(join(folder, name)).isDirectory()) continue
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(folder, name)))
      .update('\0')
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
