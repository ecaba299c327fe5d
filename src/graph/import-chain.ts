/** Which module imports which: for saying how a job came to import its app. Reads sources as text, so it sees static imports and those of literal names. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { IMPORT_CHAIN_FILES_MAX } from '../limits.ts'

/** `import x from 'y'`, `import 'y'`, `export * from 'y'`, `import('y')`, `require('y')`; types are imported by compilers only. */
const IMPORTS =
  /\b(?:import|export)\b(?!\s*type\b)[\w$*{}\s,]*?(['"])(?<from>[^'"\n]+)\1|\b(?:import|require)\s*\(\s*(['"])(?<called>[^'"\n]+)\3/g
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*$/gm
/** What `require` and compilers leave out or rename. */
const ENDINGS = ['', '.js', '.cjs', '.mjs', '.ts', '.mts', '.cts', '/index.js', '/index.cjs', '/index.ts']

/**
 * The shortest chain of imports from one module to another, both included; null when none is found: it may go through a package, or a name that is computed.
 * Only relative imports and file URLs are followed.
 */
export function importChain(fromUrl: string, toPath: string): readonly string[] | null {
  const from = realFile(fromUrl)
  const to = realFile(pathToFileURL(toPath).href)
  if (from === null || to === null) return null
  /** By module: the one that imports it. */
  const importers = new Map<string, string | null>([[from, null]])
  for (const path of importers.keys()) {
    if (path === to) return chainTo(path, importers)
    for (const next of importsOf(path)) {
      if (!importers.has(next) && importers.size < IMPORT_CHAIN_FILES_MAX) importers.set(next, path)
    }
  }
  return null
}

/** True where the text of a module calls something named `launch`. */
export function callsLaunch(path: string): boolean {
  return /\blaunch\s*\(/.test(sourceOf(path))
}

function chainTo(path: string, importers: ReadonlyMap<string, string | null>): string[] {
  const chain = [path]
  for (let at = importers.get(path); at !== null && at !== undefined; at = importers.get(at)) chain.unshift(at)
  return chain
}

function importsOf(path: string): string[] {
  const base = pathToFileURL(path)
  const names = [...sourceOf(path).matchAll(IMPORTS)].map(({ groups }) => groups!['from'] ?? groups!['called']!)
  return names.flatMap((name) => {
    if (!/^(?:\.{0,2}\/|file:)/.test(name)) return []
    return ENDINGS.map((ending) => realFile(`${new URL(name, base).href}${ending}`)).find((found) => found !== null) ?? []
  })
}

function sourceOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll(COMMENTS, '')
  } catch {
    return ''
  }
}

function realFile(url: string): string | null {
  try {
    const path = realpathSync(fileURLToPath(url))
    return statSync(path).isFile() ? path : null
  } catch {
    return null
  }
}
