/** Launches the job of the faults in a process of its own, and tells its parent what happens: `victim-process.js OPTIONS`. */
import { type LaunchOptions, launch } from '../../src/index.ts'
import { keepJumping } from './jumping-clock.ts'
import job from './ledger-job.ts'
import { ORDERS_BYTES, type What, type Where, carriedOut, order } from './orders.ts'

/** From the parent. */
export type ToVictim =
  | { readonly type: 'order'; readonly what: What; readonly where: Where; readonly calls: number }
  | { readonly type: 'stop'; readonly drain: boolean }

/** To the parent. */
export type FromVictim =
  | { readonly type: 'started' }
  | { readonly type: 'notice'; readonly notice: string; readonly text: string; readonly carriedOut: number }
  | { readonly type: 'ended'; readonly outcome: string; readonly clockJumps?: number; readonly error?: string }

const tell = (message: FromVictim): void => void process.send?.(message)

interface Settings extends LaunchOptions {
  readonly dir: string
  readonly rowsPerSecond: number
  readonly clockJumpsEveryMs?: number
}

const { dir, rowsPerSecond, clockJumpsEveryMs, ...options } = JSON.parse(process.argv[2]!) as Settings
const orders = new SharedArrayBuffer(ORDERS_BYTES)
try {
  const run = await launch(job, { ...options, config: { dir, orders, rowsPerSecond } })
  process.on('message', (message: ToVictim) => {
    if (message.type === 'order') order(orders, message.what, message.where, message.calls)
    else void run.stop({ drain: message.drain }).catch(() => {})
  })
  run.onNotice(({ type, text }) => tell({ type: 'notice', notice: type, text, carriedOut: carriedOut(orders) }))
  const jumping = clockJumpsEveryMs === undefined ? null : keepJumping(clockJumpsEveryMs)
  tell({ type: 'started' })
  const { outcome } = await run.done
  tell({ type: 'ended', outcome, clockJumps: jumping?.stop() ?? 0 })
} catch (error) {
  tell({ type: 'ended', outcome: 'failed', error: String((error as Error).message) })
}
process.disconnect?.()
