import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './pages.js'

const PAGE = 'docs/errors.md'
const DEPRECATED = `
# Deprecations

What is deprecated works until the version that removes it. Its use is told once per process, as a \`DeprecationWarning\` with a code, which \`--no-deprecation\`, \`--trace-deprecation\` and
\`--throw-deprecation\` of Node.js are about.

| code | what | since | removed in | use instead |
|---|---|---|---|---|
`
const LASTING = 'It would come again: a job that meets it fails at once, without a restart.'

async function optional(...path) {
  const file = join(ROOT, 'dist', 'src', ...path)
  return existsSync(file) ? import(pathToFileURL(file).href) : {}
}

/** The page as it follows from ERROR_CODES in src/errors.ts (built). */
async function generate() {
  const { ERROR_CODES, LASTING_CODES = new Set() } = await import(pathToFileURL(join(ROOT, 'dist', 'src', 'errors.js')).href)
  const sections = Object.entries(ERROR_CODES).map(
    ([code, remedy]) => `## ${code}\n\n${remedy}${LASTING_CODES.has(code) ? `\n\n${LASTING}` : ''}\n`,
  )
  const { DEPRECATIONS = {} } = await optional('core', 'deprecations.js')
  const rows = Object.entries(DEPRECATIONS).map(
    ([code, { what, since, removedIn, instead }]) => `| ${code} | ${what} | ${since} | ${removedIn} | ${instead} |\n`,
  )
  return `# Error codes

Every error that millrace raises on purpose is a \`MillraceError\` with one of these codes in \`code\`, what to do about it in \`remedy\`,
and, where they are known, \`operator\`, \`site\` (file:line:column of the operator's definition) and \`cause\`. A code never changes its meaning.

This page is written by \`npm run docs\` from [src/errors.ts](../src/errors.ts).

${sections.join('\n')}${rows.length === 0 ? '' : DEPRECATED + rows.join('')}`
}

export async function writeErrorsPage() {
  writeFileSync(join(ROOT, PAGE), await generate())
}

export async function staleErrorsPage() {
  const file = join(ROOT, PAGE)
  if (existsSync(file) && readFileSync(file, 'utf8') === (await generate())) return []
  return [`${PAGE}: differs from src/errors.ts; run \`npm run docs\``]
}
