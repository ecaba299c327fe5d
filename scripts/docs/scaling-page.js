/** docs/scaling.md: its pictures and tables are drawn from kept figures (docs/curves/workers.json, docs/speed/recovery.json) whenever the documentation is written. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readPage } from './pages.js'

const PAGE = 'docs/scaling.md'
const FOLDER = 'docs/scaling'
const DATA = { workers: 'docs/curves/workers.json', recovery: 'docs/speed/recovery.json' }

/** Files that follow from the data, by path; none where there is no such page. The drawing is that of the benchmarks, compiled. */
export async function scalingFiles() {
  if (!existsSync(join(ROOT, PAGE))) return {}
  const [{ chart }, { markdownTable, replaceBetweenMarkers }, { aboutLine }] = await Promise.all(
    ['curves/chart', 'harness/page', 'harness/about'].map((name) => import(`../../dist/bench/${name}.js`)),
  )
  const [workers, recovery] = Object.values(DATA).map((path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')))
  const cores = Number(/(\d+) cores/.exec(workers.about.machine)[1])
  const beyond = { x: cores, text: `oversubscribed: more than ${cores} workers on ${cores} cores` }
  const relative = workers.series.map(({ name, points }) => ({ name, points: points.map(({ x, y }) => ({ x, y: y / points[0].y })) }))
  const ideal = { name: 'as many times as cores', points: relative[0].points.map(({ x }) => ({ x, y: Math.min(x, cores) })) }
  const scaleUp = { title: 'Scale-up', xName: 'workers', yName: 'times the rate of one worker', series: [...relative, ideal] }
  const around = {
    title: `New results around a failure, mean of ${recovery.crashes}`,
    xName: 'ms since an operator threw',
    yName: 'thousand new results a second',
    series: [{ name: 'new results', points: recovery.around.map(({ ms, perSecond }) => ({ x: ms, y: perSecond / 1000 })) }],
  }
  const tables = { 'scale-up': upTable(markdownTable, workers, relative), recovery: recoveryTable(markdownTable, recovery) }
  const page = Object.entries(tables).reduce(
    (text, [name, table]) => replaceBetweenMarkers(text, name, `${table}\n\n${aboutLine({ 'scale-up': workers, recovery }[name].about)}`),
    readPage(PAGE),
  )
  return {
    [PAGE]: page,
    [`${FOLDER}/rate.svg`]: chart(workers, { logX: false, logY: true, minX: 1, stepX: 1, beyond }),
    [`${FOLDER}/scale-up.svg`]: chart(scaleUp, { logX: false, minX: 1, stepX: 1, beyond }),
    [`${FOLDER}/recovery.svg`]: chart(around, { logX: false, minX: recovery.around[0].ms, symbols: false }),
  }
}

function upTable(markdownTable, { series }, relative) {
  const xs = series[0].points.map(({ x }) => x)
  const rows = series.map(({ name, points }, index) => [
    name,
    ...points.map(({ y }, at) => `${y.toFixed(2)} (${relative[index].points[at].y.toFixed(2)})`),
  ])
  return markdownTable([['workers', ...xs.map(String)], ...rows])
}

function recoveryTable(markdownTable, { ms, shares }) {
  const rows = {
    'until sources read again': ms.firstRead,
    'until the first result that is new': ms.firstNew,
    'until results come at the old rate': ms.oldRate,
  }
  const heads = shares.map((share) => (share === 1 ? 'longest' : `p${100 * share}`))
  return markdownTable([['ms from the throw', ...heads], ...Object.entries(rows).map(([name, values]) => [name, ...values.map(String)])])
}
