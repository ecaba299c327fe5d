import { expect, test } from 'vitest'
import { chart } from '../../../bench/curves/chart.ts'

test('a chart is an SVG with its title and a line for each series', () => {
  const points = [1, 10, 100].map((x) => ({ x, y: 2 * x }))
  const series = ['one', 'two'].map((name) => ({ name, points }))
  const svg = chart({ title: 'Cost', xName: 'keys', yName: 'ns', series }, { logX: true })
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
  for (const text of ['Cost', 'keys', 'ns', 'one', 'two']) expect(svg).toContain(`>${text}</text>`)
})
