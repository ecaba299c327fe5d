import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { projectRoot } from './project-root.ts'

test('a build output outlives its source by no build, and nothing else is touched', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-prune-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const kept = [
    'src/kept.ts',
    'dist/src/kept.js',
    'dist/src/kept.js.map',
    'dist/src/kept.d.ts',
    'dist/src/data.json',
    'dist/other/gone.js',
    'src/common.cts',
    'dist/src/common.cjs',
  ]
  const gone = [
    'dist/src/gone.js',
    'dist/src/gone.js.map',
    'dist/src/gone.d.ts',
    'dist/src/gone.cjs',
    'dist/src/gone.d.cts',
    'dist/test/old/gone.test.js',
  ]
  for (const file of [...kept, ...gone]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  cpSync(join(projectRoot, 'scripts', 'prune-dist.js'), join(folder, 'scripts', 'prune-dist.js'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')

  expect(spawnSync(process.execPath, [join(folder, 'scripts', 'prune-dist.js')], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  })

  expect(kept.filter((file) => !existsSync(join(folder, file)))).toEqual([])
  expect(gone.filter((file) => existsSync(join(folder, file)))).toEqual([])
  expect(existsSync(join(folder, 'dist', 'test'))).toBe(false)
})
