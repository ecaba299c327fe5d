/** Launches the patient job while the wall clock is set, and prints what came of it: `patient-process.js CONFIG [JUMPS_EVERY_MS]`. */
import { launch } from '../../../src/index.ts'
import { keepJumping } from '../../faults/jumping-clock.ts'
import job, { type PatientConfig } from '../../simulation/jobs/patient-job.ts'

const config = JSON.parse(process.argv[2]!) as PatientConfig
const everyMs = Number(process.argv[3] ?? Infinity)
const jumping = everyMs < Infinity ? keepJumping(everyMs) : null
const run = await launch(job, { workers: 2, checkpointIntervalMs: jumping === null ? Infinity : 20, restart: { maxRestarts: 0 }, config })
let checkpoints = 0
run.onNotice(({ type }) => void (type === 'checkpoint' && checkpoints++))
const [results, late] = await Promise.all([run.outlet('results').collect(), run.outlet('late').collect()])
const { outcome } = await run.done
console.log(JSON.stringify({ outcome, results, late, checkpoints, jumps: jumping?.stop() ?? 0 }))
