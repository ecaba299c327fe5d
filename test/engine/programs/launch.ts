/** Launches the job of a module with options as JSON and tells how it ended, as one line of JSON. Ends by itself, or is stuck. */
import type { Job, LaunchOptions } from '../../../src/index.ts'
import { launch } from '../../../src/index.ts'
import { tell } from './tell.ts'

process.on('unhandledRejection', (reason) => {
  process.stdout.write(`${JSON.stringify({ unhandledRejection: String(reason) })}\n`)
  process.exitCode = 99
})

const [moduleUrl, optionsText = '{}', lieAbout] = process.argv.slice(2)
const { job: overrides, ...options } = JSON.parse(optionsText) as LaunchOptions & { job?: object }

try {
  const { default: job } = (await import(moduleUrl!)) as { default: Job }
  const run = await launch({ ...job, ...overrides, ...(lieAbout && { url: lieAbout }) }, options)
  const graph = await job.buildGraph(options.config)
  const names = graph.nodes.filter(({ kind }) => kind === 'outlet').map((node) => String(node.spec['outlet']))
  const outlets = await Promise.all(names.map(async (name) => [name, await run.outlet(name).collect()] as const))
  const result = await run.done
  process.stdout.write(`${JSON.stringify({ result, outlets: Object.fromEntries(outlets) })}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: tell(error) })}\n`)
  process.exitCode = 1
}
