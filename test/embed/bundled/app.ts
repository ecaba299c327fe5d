/** An app that is bundled whole: its threads begin with files that were built beside it. Prints what it counted. */
import { launch } from 'millrace'
import job from './job.ts'

const built = (name: string): URL => new URL(`./${name}.js`, import.meta.url)

const run = await launch(job, {
  workers: 2,
  checkpointIntervalMs: 20,
  jobEntry: built('job'),
  workerEntry: built('worker'),
  controlEntry: built('control'),
  storageEntry: built('storage'),
})
const reader = run.outlet('counted', { delivery: 'committed' }).collect()
for (let n = 0; n < 5_000; n++) await run.inlet('words').push({ text: `word ${n % 3}` })
await run.stop({ drain: true })
const counted = (await reader).toSorted((a, b) => a.key.localeCompare(b.key))
process.stdout.write(JSON.stringify(counted.map(({ key, times }) => [key, times])))
