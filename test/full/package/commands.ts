import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

const TIMEOUT_MS = 300_000

export interface Ended {
  readonly status: number | null
  /** Standard output and error, as they came. */
  readonly output: string
}

export interface RunOptions {
  readonly cwd: string
  /** The Node.js binary that the command, and all that it starts, finds first. Default: the one that runs this test. */
  readonly node?: string
}

/** Runs a command to its end without blocking this thread. Standard input is closed. */
export function run(command: string, args: readonly string[], { cwd, node = process.execPath }: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: newcomerEnv(node), stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
  })
}

/** Like {@link run}, for commands that must succeed: rejects with what they printed. */
export async function must(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { status, output } = await run(command, args, options)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${options.cwd}: exit code ${status}\n${output}`)
  return output
}

/** The environment less what the npm and the test runner around this test have put into it. */
function newcomerEnv(node: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(lifecycle|package|command|execpath|node_execpath|config_(local_prefix|global_prefix|node_gyp))|INIT_CWD$|VITEST|MILLRACE_|NODE$|NODE_|TEST$)/.test(
        name,
      ),
  )
  const path = process.env.PATH?.split(delimiter).filter((folder) => !folder.endsWith(join('node_modules', '.bin'))) ?? []
  return { ...Object.fromEntries(inherited), PATH: [dirname(node), ...path].join(delimiter) }
}

/** An empty folder that is removed with the running test. */
export function emptyFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `millrace-${name}-`))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
