import { launch } from '../../../src/index.ts'
import board from './jobs/board.ts'

// Serves a dashboard, tells where, then blocks its own thread for as long as the test needs: until it is killed.
const run = await launch(board, { workers: 1 })
const { url, token } = await run.serveUi()
process.stdout.write(`${JSON.stringify({ url, token })}\n`, () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
