import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectRoot } from '../package/project-root.ts'

const BUILD = '{ name: "cjs", inlets: { numbers: inlet() }, build: ({ inlets }) => ({ doubled: inlets.numbers.map((n) => n * 2) }) }'
const MAIN = `async function main() {
  const run = await launch(job, { workers: 1 })
  const reader = run.outlet('doubled').collect()
  await run.inlet('numbers').pushMany([1, 2, 3])
  await run.stop({ drain: true })
  console.log(JSON.stringify(await reader))
}
main()`

let project = ''

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'millrace-cjs-'))
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(projectRoot, join(project, 'node_modules', 'millrace'), 'junction')
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

function run(files: Readonly<Record<string, string>>, main: string) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), `${text}\n`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, main)], { encoding: 'utf8', timeout: 100_000 })
  return { status, stdout: stdout.trim(), stderr }
}

const RIGHT = { status: 0, stdout: '[2,4,6]', stderr: '' }

test('require of the package, and a job that is module.exports', () => {
  const files = {
    'job.cjs': `const { defineJob, inlet } = require('millrace')\nmodule.exports = defineJob(module, ${BUILD})`,
    'app.cjs': `const { launch } = require('millrace')\nconst job = require('./job.cjs')\n${MAIN}`,
  }
  expect(run(files, 'app.cjs')).toEqual(RIGHT)
})

test('a CommonJS job that gives its URL, exported as compilers to CommonJS do, launched by an ES module', () => {
  const url = `require('node:url').pathToFileURL(__filename).href`
  const files = {
    'compiled.cjs': `const { defineJob, inlet } = require('millrace')\nexports.__esModule = true\nexports.default = defineJob({ url: ${url} }, ${BUILD})`,
    'app.mjs': `import { launch } from 'millrace'\nimport compiled from './compiled.cjs'\nconst job = compiled.default\n${MAIN}`,
  }
  expect(run(files, 'app.mjs')).toEqual(RIGHT)
})

test('an ES module job launched by a CommonJS app', () => {
  const files = {
    'job.mjs': `import { defineJob, inlet } from 'millrace'\nexport default defineJob(import.meta, ${BUILD})`,
    'mixed.cjs': `const { launch } = require('millrace')\nconst { default: job } = require('./job.mjs')\n${MAIN}`,
  }
  expect(run(files, 'mixed.cjs')).toMatchObject({ status: 0, stdout: '[2,4,6]' })
})

test('defineJob without a module is refused', () => {
  const files = {
    'no-meta.cjs': `const { defineJob } = require('millrace')\ntry { defineJob({}, {}) } catch (error) { console.log(error.code) }`,
  }
  expect(run(files, 'no-meta.cjs')).toEqual({ status: 0, stdout: 'MR_JOB_INVALID', stderr: '' })
})
