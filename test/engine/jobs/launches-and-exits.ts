import { launch } from '../../../src/index.ts'
import { other } from './launches-other.ts'

// An app as it is often written: it waits for nothing, and leaves when something fails.
export const app = launch(other, { workers: 1 }).catch(() => process.exit(1))
