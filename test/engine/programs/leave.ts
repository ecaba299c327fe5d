/** Leaves while the threads of a run start: so many ms after the call of launch(). */
import { launch } from '../../../src/index.ts'
import endless from '../jobs/endless.ts'

const afterMs = Number(process.argv[2])
void launch(endless, { workers: 3, config: { from: 'sync' } })
setTimeout(() => process.exit(6), afterMs)
