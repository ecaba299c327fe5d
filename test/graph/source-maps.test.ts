import { SourceMap } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sourceMapComment } from '../../src/graph/chain-source-map.ts'
import { runLaunch } from '../engine/programs/spawn.ts'
import { jobUrl } from '../engine/run-job.ts'

/** Reads the map as Node does. */
function mapOf(comment: string): SourceMap {
  const data = /^\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\n$/.exec(comment)![1]!
  return new SourceMap(JSON.parse(Buffer.from(data, 'base64').toString()) as ConstructorParameters<typeof SourceMap>[0])
}

const site = fc.record({
  file: fc.constantFrom('/jobs/a.ts', '/jobs/b c.ts', 'file:///jobs/d.ts'),
  line: fc.integer({ min: 1, max: 1e6 }),
  column: fc.integer({ min: 1, max: 1e4 }),
})

test('every line of a chain maps to the definition of the operator that the last mark before it names', () => {
  const code = fc.array(fc.oneof(fc.constant('v = f(v)'), fc.nat(9)), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(code, fc.array(site, { minLength: 10, maxLength: 10 }), fc.nat(5), (lines, sites, above) => {
      const text = lines.map((line) => (typeof line === 'number' ? `at = ${line}` : line)).join('\n')
      const comment = sourceMapComment(text, above, (step) => `${sites[step]!.file}:${sites[step]!.line}:${sites[step]!.column}`)
      const marked = lines.some((line) => typeof line === 'number')
      expect(comment !== '').toBe(marked)
      if (!marked) return
      const map = mapOf(comment)
      let step: number | null = null
      lines.forEach((line, at) => {
        if (typeof line === 'number') step = line
        const entry = map.findEntry(above + at, 3) as Partial<ReturnType<SourceMap['findEntry']>> & { originalSource?: string }
        if (step === null) {
          expect(entry.originalSource).toBeUndefined()
          return
        }
        const { file, line: row, column } = sites[step]!
        const source = file.startsWith('file:') ? file : new URL(`file://${file}`).href
        expect(entry).toMatchObject({ originalSource: source, originalLine: row - 1, originalColumn: column - 1 })
      })
    }),
  )
})

test('a chain of operators whose places are not known has no map', () => {
  expect(sourceMapComment('at = 0\nx', 3, () => 'unknown')).toBe('')
  expect(sourceMapComment('at = 0\nx', 3, () => undefined)).toBe('')
})

test.each(['map', 'flatMap', 'make', 'filter'])(
  'with --enable-source-maps the stack of a throw in %s goes through the operator of its job, in the file of the job',
  async (where) => {
    const options = { workers: 1, config: { where }, restart: { maxRestarts: 0 } }
    const { told, stderr } = await runLaunch(jobUrl('faulty'), options, { nodeArgs: ['--enable-source-maps'] })
    expect(told.error, stderr).toMatchObject({ code: 'MR_OPERATOR_FAILED' })
    const { site: place, cause } = told.error!
    expect(place).toMatch(/test\/engine\/jobs\/faulty\.ts:\d+:\d+$/)
    const frames = cause!.stack!.split('\n').filter((line) => line.trim().startsWith('at '))
    // The function of the user, then the chain, as if the operator's definition had called it.
    const chain = frames.findIndex((frame) => frame.includes(place!))
    expect(chain, cause!.stack).toBeGreaterThan(0)
    expect(frames[chain]).toMatch(/at (\w+\.)?faulty\/\S*/)
    expect(cause!.stack).not.toContain('millrace://')
  },
)

test('without it the stack names job and operators', async () => {
  const { told } = await runLaunch(jobUrl('faulty'), { workers: 1, config: { where: 'map' }, restart: { maxRestarts: 0 } })
  expect(told.error!.cause!.stack).toMatch(/at (\w+\.)?faulty\/\S*the-map\S* \(millrace:\/\/faulty\/\S*the-map/)
})
