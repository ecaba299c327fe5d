import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type CommandAnswer, done } from '../command-answer.ts'
import { ownVersion } from '../own-version.ts'
import { UsageError } from '../usage-error.ts'
import { type Language, projectFiles } from './template.ts'

export interface InitFlags {
  readonly js: boolean
  /** What npm is to install as this package. */
  readonly package?: string
}

/** Those that a folder often has before a project is made in it, and that the job does not need. */
const MAY_STAY: readonly string[] = ['README.md', '.gitignore']

/** Makes a project. Nothing is written over: where a file is there that the job needs, none is made; what it does not need stays as it is. */
export function initCommand(dir: string, { js, package: millrace = `^${ownVersion()}` }: InitFlags): CommandAnswer {
  const root = resolve(dir)
  const language: Language = js ? 'javascript' : 'typescript'
  const files = Object.entries(projectFiles({ name: nameOf(root), language, millrace }))
  const there = files.map(([file]) => file).filter((file) => existsSync(join(root, file)))
  const inTheWay = there.filter((file) => !MAY_STAY.includes(file))
  if (inTheWay.length > 0)
    throw new UsageError(`${root} has ${inTheWay.join(', ')} already, and nothing is written over`, {
      hint: 'Move that away, or make the project in another folder.',
    })
  const missing = files.filter(([file]) => !there.includes(file))
  for (const [file, text] of missing) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    // Also what has come since is not written over.
    writeFileSync(join(root, file), text, { flag: 'wx' })
  }
  const made = missing.map(([file]) => `  ${file}`).join('\n')
  const enter = root === process.cwd() ? '' : `  cd ${shellWord(dir)}\n`
  const text = `made in ${root}:\n${made}\n${stayed(there, files)}\nnext:\n${enter}  npm install\n  npm test\n  npm start\n`
  return done(text)
}

function stayed(there: readonly string[], files: readonly (readonly [string, string])[]): string {
  if (there.length === 0) return ''
  const ignored = files
    .find(([file]) => file === '.gitignore')![1]
    .trim()
    .replaceAll('\n', ', ')
  return `as it was: ${there.join(', ')}${there.includes('.gitignore') ? ` (to be ignored are ${ignored})` : ''}\n`
}

/** As a shell of this platform takes it. */
function shellWord(dir: string): string {
  const path = dir.startsWith('-') ? `./${dir}` : dir
  if (process.platform === 'win32') return /^[\w.:\\/~-]+$/.test(path) ? path : `"${path}"`
  return /^[\w./:@+,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

/** As npm wants names. */
function nameOf(root: string): string {
  const plain = basename(root)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return plain === '' || plain === 'millrace' ? 'stream-job' : plain
}
