import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { threadFlags } from '../../src/app/thread-flags.ts'

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)

test('a program that is given as a text launches jobs', async () => {
  const program = `
    const { launch } = await import(${url('../../src/index.js')})
    const { default: orders } = await import(${url('./jobs/orders.js')})
    const run = await launch(orders, { workers: 1 })
    const rows = run.outlet('perShop').collect()
    await run.inlet('orders').push({ shop: 'a', cents: 7, at: 1 })
    await run.stop({ drain: true })
    console.log(JSON.stringify(await rows))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    timeout: 60_000,
  })
  expect(JSON.parse(stdout)).toMatchObject([{ key: 'a', orders: 1, cents: 7 }])
})

test('threads take over all flags, unless some are of a text: then those that load modules', () => {
  expect(threadFlags(['--max-old-space-size=100', '--import', 'x'])).toBeUndefined()
  const flags = ['--input-type', 'module', '--import', './a.js', '--max-old-space-size=100', '--conditions=dev', '-e', 'text']
  expect(threadFlags(flags)).toEqual(['--import', './a.js', '--conditions=dev'])
})
