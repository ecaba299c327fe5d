import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { projectRoot } from '../package/project-root.ts'
import { millrace } from './spawn-command.ts'

const RECORDING_BYTES_MAX = 1.5 * 1024 * 1024

test.each(['README.md', 'README.zh-CN.md'])('the job of %s is short, and guarantees what stands below it', async (page) => {
  const text = readFileSync(join(projectRoot, page), 'utf8')
  const code = /```ts check file=orders\.ts\n([^]*?)```/.exec(text)![1]!
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
  // Below the package, so that it is found by its name.
  const folder = join(projectRoot, 'dist', `readme-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'orders.js'), transformSync(code, { loader: 'ts' }).code)
  const { stdout } = await millrace(['explain', join(folder, 'orders.js')])
  const line = /^guarantee end to end: .*$/m.exec(stdout)![0]
  expect(text).toContain(`\`\`\`text\n${line}\n\`\`\``)
})

test('the recording of the dashboard is one that a page can show', () => {
  expect(statSync(join(projectRoot, 'docs', 'dashboard.webp')).size).toBeLessThan(RECORDING_BYTES_MAX)
})
