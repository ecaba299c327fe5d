/** The figures of docs/comparison.md: rates beside loops and beside other engines, as they were kept. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readPage } from './pages.js'

const PAGE = 'docs/comparison.md'
const NONE = 'Not measured yet: `npm run bench:peers`.'

const kept = (name) => {
  const path = join(ROOT, 'docs', 'speed', `${name}.json`)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}

/** Files that follow from the data, by path; none where there is no such page. */
export async function comparisonFiles() {
  if (!existsSync(join(ROOT, PAGE))) return {}
  const [{ markdownTable, replaceBetweenMarkers }, { aboutLine }, { ratesTable }] = await Promise.all(
    ['harness/page', 'harness/about', 'peers/tables'].map((name) => import(`../../dist/bench/${name}.js`)),
  )
  const [loops, peers] = [kept('loops'), kept('peers')]
  const blocks = {
    peers:
      peers === null
        ? NONE
        : `${ratesTable(peers.results)}\n\n${lost(peers.results)}\n\n${peers.versions.join('; ')}. ${aboutLine(peers.about)}`,
    loops: `${markdownTable([['', 'times as fast as a loop by hand'], ...loops.results.map(({ name, ratio }) => [name, ratio.toFixed(2)])])}\n\n${aboutLine(loops.about)}`,
  }
  return { [PAGE]: Object.entries(blocks).reduce((text, [name, block]) => replaceBetweenMarkers(text, name, block), readPage(PAGE)) }
}

/** Where others are faster, in words: a reader should not have to look for it. */
function lost(results) {
  const losses = results
    .filter(({ contender, millraceRatio }) => contender !== 'millrace' && millraceRatio < 1)
    .map(({ query, contender, millraceRatio }) => `${contender} in ${query} (millrace has ${millraceRatio.toFixed(2)} of its rate)`)
  return losses.length === 0 ? 'None of them was faster in a query that was measured.' : `Faster than millrace: ${losses.join(', ')}.`
}
