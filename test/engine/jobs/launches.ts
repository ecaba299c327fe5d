import { defineJob, launch } from '../../../src/index.ts'

const job = defineJob(import.meta, { build: ({ source }) => ({ rows: source.generate('rows', { count: 10, make: (n) => n }) }) })
export default job

// What users write by mistake: the app and its job in one module, so that every thread that imports the job launches it again.
const run = await launch(job, { workers: 1 })
process.stdout.write(`${JSON.stringify(await run.outlet('rows').collect())}\n`)
