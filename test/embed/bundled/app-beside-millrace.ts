/** An app that is bundled without its dependencies: only its job is a file of its own. Prints what it counted. */
import { launch } from 'millrace'
import job from './job.ts'

const run = await launch(job, { workers: 2, jobEntry: new URL('./job.js', import.meta.url) })
const reader = run.outlet('counted').collect()
await run.inlet('words').pushMany(Array.from({ length: 5_000 }, (_, n) => ({ text: `word ${n % 3}` })))
await run.stop({ drain: true })
const counted = (await reader).toSorted((a, b) => a.key.localeCompare(b.key))
process.stdout.write(JSON.stringify(counted.map(({ key, times }) => [key, times])))
