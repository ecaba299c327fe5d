/**
 * docs/api: what each export path of the package declares, as text, so that a change of the public API is a change that somebody sees. Declarations
 * are tsc's own, without comments and without what is `@internal`; one block each, sorted, so that two branches that change different ones merge.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Declarations } from './declarations.js'
import { ROOT } from './pages.js'

const FOLDER = join('docs', 'api')

export function writeApiReports() {
  const pages = generate()
  mkdirSync(join(ROOT, FOLDER), { recursive: true })
  for (const name of readdirSync(join(ROOT, FOLDER))) if (!pages.has(name)) rmSync(join(ROOT, FOLDER, name))
  for (const [name, text] of pages) writeFileSync(join(ROOT, FOLDER, name), text)
}

export function staleApiReports() {
  const pages = generate()
  const there = existsSync(join(ROOT, FOLDER)) ? readdirSync(join(ROOT, FOLDER)) : []
  const problems = [...pages].flatMap(([name, text]) => {
    const committed = there.includes(name) ? readFileSync(join(ROOT, FOLDER, name), 'utf8') : ''
    if (committed === text) return []
    return [
      `${join(FOLDER, name)}: the public API has changed; run \`npm run docs\` and commit it, if that was meant\n${difference(name, text)}`,
    ]
  })
  const strays = there.filter((name) => !pages.has(name)).map((name) => `${join(FOLDER, name)}: no such export path; run \`npm run docs\``)
  return [...problems, ...strays]
}

/** Text of each page by its file name. */
function generate() {
  const built = mkdtempSync(join(tmpdir(), 'millrace-api-'))
  try {
    emitDeclarations(built)
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const declarations = new Declarations(built)
    const entries = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object')
    const told = new Set()
    return new Map(
      entries.map(([path, { types }]) => {
        const name = path === '.' ? manifest.name : `${manifest.name}/${path.slice(2)}`
        const file = resolve(built, types.replace(/^\.\/dist\//, ''))
        return [`${name.replaceAll('/', '-')}.api.md`, page(name, declarations, file, told)]
      }),
    )
  } finally {
    rmSync(built, { recursive: true, force: true })
  }
}

function emitDeclarations(outDir) {
  const config = join(outDir, 'tsconfig.json')
  const compilerOptions = {
    rootDir: ROOT,
    outDir,
    removeComments: true,
    emitDeclarationOnly: true,
    sourceMap: false,
    inlineSources: false,
    typeRoots: [join(ROOT, 'node_modules', '@types')],
  }
  const include = [join(ROOT, 'src'), join(ROOT, 'actors')]
  writeFileSync(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include }))
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The declarations could not be made:\n${stdout}${stderr}`)
}

/** @param told what the pages before this one have shown, and this one need not show again unless it exports it */
function page(name, declarations, entry, told) {
  const exported = declarations.exportsOf(entry)
  const key = ({ file, name: own }) => `${file} ${own}`
  for (const from of exported.values()) told.add(key(from))
  const reached = []
  for (const queue = [...exported.values()]; queue.length > 0;) {
    for (const next of declarations.namedBy(queue.shift())) {
      if (told.has(key(next))) continue
      told.add(key(next))
      reached.push(next)
      queue.push(next)
    }
  }
  const blocks = (all) =>
    all
      .sort(([a, from], [b, other]) => compare(a, b) || compare(from.file, other.file))
      .map(
        ([title, from]) =>
          `### ${title}\n\n${declarations.sourceOf(from.file)}\n\n\`\`\`ts sketch\n${declarations.textOf(from) ?? ''}\n\`\`\`\n`,
      )
      .join('\n')
  const others = reached.filter((from) => declarations.textOf(from) !== null).map((from) => [from.name, from])
  return `# API of ${name}

Written by \`npm run docs\`; a change that nobody meant is found by \`npm run check -- docs\`.

## Exports

${exported.size === 0 ? 'None: it is imported for what it does.\n' : blocks([...exported])}${others.length === 0 ? '' : `\n## Not exported, but named by these\n\n${blocks(others)}`}`
}

/** By code unit: the same on every machine. */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}

/** As git tells it, where there is git. */
function difference(name, text) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-api-'))
  try {
    const file = join(folder, name)
    writeFileSync(file, text)
    const committed = join(ROOT, FOLDER, name)
    const args = ['diff', '--no-index', '--no-color', '--', existsSync(committed) ? committed : '/dev/null', file]
    const { stdout } = spawnSync('git', args, { encoding: 'utf8' })
    return (stdout ?? '').split('\n').slice(4).join('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
