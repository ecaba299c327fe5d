/**
 * Snippets in the docs are code. Every ts or js fence says after its language what is done with it:
 *
 *   ```ts check               compiled (with the project's strict options)
 *   ```ts run                 compiled and run: exit code 0 within a minute
 *   ```ts run file=app.ts     as a module that other snippets of the same page can import
 *   ```ts sketch              neither: it is not whole
 *
 * The snippets of one page share one folder. They import 'millrace', as users do.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fences, pages, readPage, ROOT } from './pages.js'

const MARKS = ['run', 'check', 'sketch']
const RUN_TIMEOUT_MS = 60_000

export function brokenSnippets() {
  const { snippets, problems } = collect()
  if (snippets.length === 0) return problems
  const folder = join(ROOT, 'dist', `snippets-${process.pid}`)
  try {
    const compileProblems = compile(folder, snippets)
    if (compileProblems.length > 0) return [...problems, ...compileProblems]
    return [...problems, ...snippets.filter(({ mark }) => mark === 'run').flatMap((snippet) => run(folder, snippet))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function collect() {
  const snippets = []
  const problems = []
  pages().forEach((page, pageNumber) => {
    for (const { language, words, line, code } of fences(readPage(page))) {
      if (!['ts', 'js', 'typescript', 'javascript'].includes(language)) continue
      const mark = words.find((word) => MARKS.includes(word))
      if (!mark) problems.push(`${page}:${line}: say what this snippet is: ${MARKS.map((word) => `\`\`\`${language} ${word}`).join(', ')}`)
      if (!mark || mark === 'sketch') continue
      const extension = language.startsWith('t') ? 'ts' : 'js'
      const name = words.find((word) => word.startsWith('file='))?.slice(5) ?? `line-${line}.${extension}`
      const path = join(`page-${pageNumber}`, name)
      if (snippets.some((other) => other.path === path)) problems.push(`${page}:${line}: a second snippet named ${name}`)
      snippets.push({ page, line, code, mark, path })
    }
  })
  return { snippets, problems }
}

function compile(folder, snippets) {
  for (const { path, code } of snippets) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), `${code}\n`)
  }
  const compilerOptions = {
    rootDir: '.',
    outDir: 'out',
    allowJs: true,
    declaration: false,
    sourceMap: false,
    inlineSources: false,
    types: ['node'],
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['page-*/**/*'] }),
  )
  const tsc = spawnSync(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (tsc.status === 0) return []
  return `${tsc.stdout}${tsc.stderr}`
    .trim()
    .split('\n')
    .map((message) => inPage(message, snippets))
}

/** Turns `page-0/line-12.ts(3,1): ...` into the place in the page. */
function inPage(message, snippets) {
  const at = /^(\S+?)\((\d+),(\d+)\)(.*)$/.exec(message)
  const snippet = at && snippets.find(({ path }) => path === join(at[1]))
  return snippet ? `${snippet.page}:${snippet.line + Number(at[2])}:${at[3]}${at[4]}` : message
}

function run(folder, { page, line, path }) {
  const cwd = mkdtempSync(join(tmpdir(), 'millrace-snippet-'))
  try {
    const file = join(folder, 'out', path.replace(/\.ts$/, '.js'))
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], { cwd, encoding: 'utf8', timeout: RUN_TIMEOUT_MS })
    return status === 0 ? [] : [`${page}:${line}: ended with ${signal ?? `exit code ${status}`}\n${stdout}${stderr}`.trimEnd()]
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
