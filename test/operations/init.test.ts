import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { initCommand } from '../../src/cli/init/init-command.ts'

function folder(name = 'orders'): string {
  const above = mkdtempSync(join(tmpdir(), 'millrace-init-'))
  onTestFinished(() => rmSync(above, { recursive: true, force: true }))
  const dir = join(above, name)
  mkdirSync(dir)
  return dir
}

test('in a folder of a new repository a project is made; its README and .gitignore stay as they are, and that is told', () => {
  const dir = folder()
  mkdirSync(join(dir, '.git'))
  for (const file of ['README.md', '.gitignore']) writeFileSync(join(dir, file), 'mine')
  const { text } = initCommand(dir, { js: false })
  expect(text).toMatch(/as it was: README\.md, \.gitignore \(to be ignored are node_modules\/, built\/, state\/\)/)
  expect(text).not.toMatch(/^ {2}README/m)
  for (const file of ['README.md', '.gitignore']) expect(readFileSync(join(dir, file), 'utf8')).toBe('mine')
  expect(readdirSync(join(dir, 'src')).toSorted()).toEqual(['job.test.ts', 'job.ts'])
})

test('where a file is that the job needs, none is made, and the message names what is in the way', () => {
  const dir = folder()
  for (const file of ['package.json', 'README.md']) writeFileSync(join(dir, file), '{}')
  expect(() => initCommand(dir, { js: true })).toThrow(/has package\.json already, and nothing is written over/)
  expect(readdirSync(dir).toSorted()).toEqual(['README.md', 'package.json'])
})

test('the next steps lead into the folder whatever its name, and no script needs patterns of a shell', () => {
  const dir = folder("my 'own' $jobs")
  const { text } = initCommand(dir, { js: false })
  const cd = /^ {2}cd (.*)$/m.exec(text)![1]
  expect(cd).toBe(process.platform === 'win32' ? `"${dir}"` : `'${dir.replaceAll("'", String.raw`'\''`)}'`)
  expect(initCommand(folder(), { js: true }).text).toMatch(/^ {2}cd [^'"\n]+$/m)
  const { scripts } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  for (const script of Object.values(scripts)) expect(script).not.toMatch(/[*?[]/)
})
