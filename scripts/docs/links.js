import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pages, prose, readPage, ROOT } from './pages.js'

/** The anchor that a heading gets on GitHub; a repeated one is numbered. */
function anchors(text) {
  const seen = new Map()
  const found = new Set()
  for (const line of prose(text)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)
    if (!heading) continue
    const plain = heading[1].replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = plain.replaceAll(/[^\p{L}\p{N}_\- ]/gu, '').replaceAll(' ', '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    found.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return found
}

/** Relative links whose file, or whose heading, does not exist. */
export function brokenLinks() {
  const problems = []
  for (const page of pages()) {
    prose(readPage(page)).forEach((line, index) => {
      for (const [, target] of line.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)) {
        const problem = checkLink(page, target)
        if (problem) problems.push(`${page}:${index + 1}: ${target}: ${problem}`)
      }
    })
  }
  return problems
}

function checkLink(page, target) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null
  const [path, anchor] = target.split('#')
  const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), decodeURIComponent(path))
  if (relative(ROOT, file).startsWith('..')) return 'leaves the project'
  if (!existsSync(file)) return 'no such file'
  if (anchor === undefined) return null
  if (statSync(file).isDirectory() || !file.endsWith('.md')) return /^L\d+/.test(anchor) ? null : 'only pages have headings'
  return anchors(readPage(relative(ROOT, file))).has(anchor.toLowerCase()) ? null : 'no such heading'
}
