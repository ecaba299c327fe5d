import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

/** All Markdown pages of the project, as paths relative to its root. */
export function pages() {
  const found = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  for (const folder of ['docs', 'examples', 'bench', 'test', 'actors', '.github']) {
    if (!existsSync(join(ROOT, folder))) continue
    const names = readdirSync(join(ROOT, folder), { recursive: true }).map(String)
    found.push(...names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name)))
  }
  return found
}

export function readPage(page) {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** The fenced code blocks of a page: language, the words after it, the line of the opening fence, and the text. */
export function fences(text) {
  const found = []
  let open = null
  text.split('\n').forEach((line, index) => {
    const mark = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(line)
    if (open && mark && mark[1].startsWith(open.mark) && mark[2] === '') {
      found.push(open)
      open = null
    } else if (open) open.lines.push(line)
    else if (mark) {
      const [language = '', ...words] = mark[2].trim().split(/\s+/)
      open = { mark: mark[1], language, words, line: index + 1, lines: [] }
    }
  })
  return found.map(({ language, words, line, lines }) => ({ language, words, line, code: lines.join('\n') }))
}

/** The page without its code, line for line. */
export function prose(text) {
  let mark = null
  return text.split('\n').map((line) => {
    const fence = /^\s*(`{3,}|~{3,})/.exec(line)
    if (mark) {
      if (fence && fence[1].startsWith(mark)) mark = null
      return ''
    }
    if (fence) mark = fence[1]
    return fence ? '' : line.replaceAll(/`[^`]*`/g, (code) => code.replaceAll(/[[\]()]/g, '_'))
  })
}
