import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../package/project-root.ts'
import { emptyFolder, must, run } from './commands.ts'

test('out of the packed tarball, projects in TypeScript and JavaScript are made, install, pass their test and run; nothing is written over', async () => {
  const folder = emptyFolder('init')
  await must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: projectRoot })
  const tarball = join(folder, readdirSync(folder)[0]!)
  const tool = join(folder, 'tool')
  mkdirSync(tool)
  writeFileSync(join(tool, 'package.json'), '{"private":true}')
  const flags = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  await must('npm', [...flags, tarball], { cwd: tool })
  for (const [name, ...language] of [['typed'], ['plain', '--js']]) {
    const cwd = join(folder, name!)
    const args = ['--no-install', 'millrace', 'init', cwd, ...language, '--package', tarball]
    expect(await must('npx', args, { cwd: tool })).toContain('package.json')
    writeFileSync(join(cwd, 'README.md'), 'mine')
    const again = await run('npx', args, { cwd: tool })
    expect(again).toMatchObject({ status: 2, output: expect.stringContaining('nothing is written over') })
    expect(readFileSync(join(cwd, 'README.md'), 'utf8')).toBe('mine')
    await must('npm', flags, { cwd })
    expect(await must('npm', ['test'], { cwd })).toMatch(/pass 1\n/)
    expect(await must('npm', ['start'], { cwd })).toContain('"key":"shop 6"')
  }
})
