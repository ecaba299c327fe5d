import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory } from '../../src/core/make-directory.ts'

test('a directory is made with its parents, and may exist already', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-'))
  try {
    for (const path of ['a/b/c', 'a/b/c', 'a/d']) makeDirectory(join(dir, path))
    expect(['a/b/c', 'a/d'].map((path) => statSync(join(dir, path)).isDirectory())).toEqual([true, true])
    writeFileSync(join(dir, 'file'), '')
    expect(() => makeDirectory(join(dir, 'file'))).toThrow('EEXIST')
    expect(() => makeDirectory(join(dir, 'file/under'))).toThrow(/EEXIST|ENOTDIR/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test.runIf(process.platform === 'linux')('a directory in which nothing can be made is an error, not a wait without end', () => {
  expect(() => makeDirectory('/proc/millrace/below')).toThrow('ENOENT')
})
