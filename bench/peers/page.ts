import { readFileSync, writeFileSync } from 'node:fs'

const BEGIN = '<!-- bench:peers begins -->'
const END = '<!-- bench:peers ends -->'

/**
 * Puts `text` between the markers of a page, instead of what stands there.
 *
 * @throws Error when the page lacks a marker.
 */
export function replaceBetweenMarkers(page: string, text: string): string {
  const from = page.indexOf(BEGIN)
  const to = page.indexOf(END)
  if (from < 0 || to < from) throw new Error(`the page has no ${BEGIN} followed by ${END}`)
  return `${page.slice(0, from + BEGIN.length)}\n\n${text}\n\n${page.slice(to)}`
}

export function writePage(file: string, text: string): void {
  writeFileSync(file, replaceBetweenMarkers(readFileSync(file, 'utf8'), text))
}
