import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Puts `text` between the markers of a page, `<!-- NAME begins -->` and `<!-- NAME ends -->`, instead of what stands there.
 *
 * @throws Error when the page lacks a marker.
 */
export function replaceBetweenMarkers(page: string, name: string, text: string): string {
  const begin = `<!-- ${name} begins -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(`<!-- ${name} ends -->`)
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} followed by its end`)
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`
}

export function writeBetweenMarkers(file: string, name: string, text: string): void {
  writeFileSync(file, replaceBetweenMarkers(readFileSync(file, 'utf8'), name, text))
}

/** A table in Markdown; the first row is its head. */
export function markdownTable([head, ...rows]: readonly (readonly string[])[]): string {
  return [head!, head!.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
