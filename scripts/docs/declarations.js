/**
 * Reads declaration files as tsc prints them without comments: every top-level declaration begins in the first column and goes on indented, up to
 * the next one. That is all that is needed to follow a package's exports to their declarations.
 */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

const NAMES = /^(?:export\s+)?import\b|^export\s+(?:type\s+)?(?:\{|\*)/
const DECLARATION =
  /^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:class|interface|type|function|const|let|var|enum|namespace)\s+([\w$]+)/

export class Declarations {
  #root
  #modules = new Map()

  /** @param root folder of declaration files, of which module names are told from here on */
  constructor(root) {
    this.#root = root
  }

  /** Exported names of a module, each with the module and name of its declaration. */
  exportsOf(file) {
    const { exported, stars } = this.#module(file)
    const all = new Map([...exported.keys()].map((name) => [name, this.#follow(file, name)]))
    for (const star of stars) for (const [name, found] of this.exportsOf(star)) if (!all.has(name)) all.set(name, found)
    return all
  }

  /** Text of a declaration with all its overloads, or null where there is none: it is internal, or belongs to another package. */
  textOf({ file, name }) {
    const texts = this.#module(file).declared.get(name)
    return texts === undefined ? null : texts.join('\n')
  }

  /** The declarations of this project that the text of another names. */
  namedBy({ file, name }) {
    const text = (this.textOf({ file, name }) ?? '').replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''")
    const words = new Set([...text.matchAll(/(?<![.\w$])(?:typeof\s+([\w$]+)|([A-Z][\w$]*))/g)].map((match) => match[1] ?? match[2]))
    words.delete(name)
    return [...words].map((word) => this.#locally(file, word)).filter((found) => found !== null)
  }

  /** Path of a module below the root, as its source is called. */
  sourceOf(file) {
    return relative(this.#root, file)
      .replaceAll('\\', '/')
      .replace(/\.d\.ts$/, '.ts')
  }

  #follow(file, name) {
    const from = this.#module(file).exported.get(name)
    if (from === undefined) throw new Error(`${file} does not export ${name}`)
    if (from.file !== null) return this.#follow(from.file, from.name)
    return this.#locally(file, from.name) ?? { file, name: from.name }
  }

  #locally(file, name) {
    const { declared, imported } = this.#module(file)
    if (declared.has(name)) return { file, name }
    const from = imported.get(name)
    if (from === undefined) return null
    return this.#module(from.file).exported.has(from.name) ? this.#follow(from.file, from.name) : null
  }

  #module(file) {
    if (!this.#modules.has(file)) this.#modules.set(file, parse(file, readFileSync(file, 'utf8')))
    return this.#modules.get(file)
  }
}

function parse(file, text) {
  const module = { exported: new Map(), stars: [], imported: new Map(), declared: new Map() }
  for (const statement of statements(text)) {
    if (NAMES.test(statement)) readNames(file, statement, module)
    else readDeclaration(statement, module)
  }
  return module
}

function statements(text) {
  const found = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (found.length > 0 && /^[\s})\]]/.test(line)) found.push(`${found.pop()}\n${line}`)
    else found.push(line)
  }
  return found
}

/** `import { a, type b as c } from './d.ts'`, and the same with export, or without from. */
function readNames(file, statement, { exported, stars, imported }) {
  const path = /\bfrom\s+['"]([^'"]+)['"]/.exec(statement)?.[1]
  const target = path?.startsWith('.') ? resolve(dirname(file), path.replace(/\.ts$/, '.d.ts')) : null
  const isExport = statement.startsWith('export')
  if (path !== undefined && target === null) return
  if (isExport && statement.includes('*')) return void stars.push(target)
  const list = /\{([^}]*)\}/s.exec(statement)?.[1] ?? ''
  for (const item of list.split(',')) {
    const [name, alias = name] = item
      .trim()
      .replace(/^type\s+/, '')
      .split(/\s+as\s+/)
    if (name === '') continue
    if (isExport) exported.set(alias, { file: target, name })
    else if (target !== null) imported.set(alias, { file: target, name })
  }
}

function readDeclaration(statement, { exported, declared }) {
  const name = DECLARATION.exec(statement)?.[1]
  if (name === undefined) return
  const plain = statement
    .replace(/^export\s+/, '')
    .replace(/^default\s+/, '')
    .replace(/^declare\s+/, '')
  declared.set(name, [
    ...(declared.get(name) ?? []),
    plain.replaceAll(/^ +/gm, (spaces) => ' '.repeat(spaces.length / 2)).replace(/;$/gm, ''),
  ])
  if (/^export\s+default\b/.test(statement)) exported.set('default', { file: null, name })
  else if (statement.startsWith('export')) exported.set(name, { file: null, name })
}
