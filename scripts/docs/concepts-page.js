/** What strategies cost, in docs/concepts.md: of kept figures. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readPage } from './pages.js'

const PAGE = 'docs/concepts.md'

const kept = (path) => JSON.parse(readFileSync(join(ROOT, 'docs', `${path}.json`), 'utf8'))

/** Files that follow from the data, by path; none where there is no such page. */
export async function conceptsFiles() {
  if (!existsSync(join(ROOT, PAGE))) return {}
  const [{ markdownTable, replaceBetweenMarkers }, { aboutLine }] = await Promise.all(
    ['harness/page', 'harness/about'].map((name) => import(`../../dist/bench/${name}.js`)),
  )
  const [partition, actors, keys, checkpoint, recovery, latency] = [
    'speed/partition',
    'curves/actors',
    'curves/keys',
    'curves/checkpoint',
    'speed/recovery',
    'speed/latency',
  ].map(kept)
  const blocks = {
    partitioning: [partitionTable(partition), partition],
    scheduling: [curveTable(actors, 'idle actors beside a busy one', (y) => `${y.toFixed(1)} ns`), actors],
    state: [curveTable(keys, 'keys', (y) => `${y.toFixed(0)} ns`), keys],
    'fault tolerance': [curveTable(checkpoint, 'MiB of state, written whole', (y) => `${y.toFixed(0)} ms`), checkpoint],
    recovery: [recoveryTable(recovery), recovery],
    'flow control': [latencyTable(latency), latency],
  }
  const page = Object.entries(blocks).reduce(
    (text, [name, [rows, ...from]]) =>
      replaceBetweenMarkers(text, `${name} costs`, [markdownTable(rows), ...from.map(({ about }) => aboutLine(about))].join('\n\n')),
    readPage(PAGE),
  )
  return { [PAGE]: page }
}

function partitionTable({ channels, rows }) {
  return [
    [`ns a record, into ${channels} channels of one worker`, ...rows.map(({ name }) => name)],
    ['with the batches', ...rows.map(({ ns }) => ns.toFixed(0))],
    ['the choice alone', ...rows.map(({ nsAlone }) => nsAlone.toFixed(0))],
  ]
}

function curveTable({ series }, head, text) {
  const xs = series[0].points.map(({ x }) => x)
  return [
    [head, ...xs.map((x) => x.toLocaleString('en'))],
    ...series.map(({ name, points }) => [name, ...xs.map((x) => yAt(points, x, text))]),
  ]
}

function yAt(points, x, text) {
  const point = points.find((each) => each.x === x)
  return point === undefined ? '-' : text(point.y)
}

function recoveryTable({ shares, ms, crashes }) {
  const shown = [0.5, 0.9, 0.99]
  return [
    [`from a throw to the first new result, ${crashes} crashes`, ...shown.map((share) => `p${100 * share}`)],
    ['ms', ...shown.map((share) => String(ms.firstNew[shares.indexOf(share)]))],
  ]
}

function latencyTable({ ms }) {
  return [
    ['latency of windows', ...Object.keys(ms)],
    ['ms', ...Object.values(ms).map((value) => value.toFixed(1))],
  ]
}
