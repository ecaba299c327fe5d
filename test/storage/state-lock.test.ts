import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lockAddress, lockStateDir } from '../../src/storage/state-lock.ts'
import { temporaryDir } from './fixtures.ts'

const SCRIPT = fileURLToPath(new URL('./lock-process.js', import.meta.url))

async function contend(
  dir: string,
  mode = 'hold',
  platform: NodeJS.Platform = process.platform,
): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [SCRIPT, dir, mode, platform], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string]
  return { child, said: said.trim() }
}

/** What a contender is told in the end: on a busy machine a holder may be late to tell its pid. */
async function refusal(dir: string, platform?: NodeJS.Platform): Promise<string> {
  for (;;) {
    const { said } = await contend(dir, 'hold', platform)
    if (!said.includes('used by another process')) return said
  }
}

test('one process has the lock; another is told its pid; after kill -9 the lock is free at once', async () => {
  const dir = temporaryDir()
  for (let i = 0; i < 3; i++) {
    const holder = await contend(dir)
    expect(holder.said).toBe('locked')
    expect(await refusal(dir)).toBe(`MR_STATE_DIR_LOCKED ${realpathSync(dir)} is used by process ${holder.child.pid}.`)
    holder.child.kill('SIGKILL')
    await once(holder.child, 'exit')
  }
  expect((await contend(dir)).said).toBe('locked')
})

test('where the lock is a socket file, one that kill -9 left behind is replaced, by one process only', async (context) => {
  if (process.platform === 'win32') context.skip('Windows has named pipes instead')
  const dir = temporaryDir()
  const address = lockAddress(realpathSync(dir), 'darwin')
  const holder = await contend(dir, 'hold', 'darwin')
  expect(holder.said).toBe('locked')
  expect(await refusal(dir, 'darwin')).toContain(`process ${holder.child.pid}.`)
  holder.child.kill('SIGKILL')
  await once(holder.child, 'exit')
  expect(existsSync(address)).toBe(true)
  const said = await Promise.all([1, 2, 3].map(() => contend(dir, 'hold', 'darwin')))
  expect(said.map((each) => each.said.split(' ')[0]).sort()).toEqual(['MR_STATE_DIR_LOCKED', 'MR_STATE_DIR_LOCKED', 'locked'])
})

test('a holder that does not answer still holds', async () => {
  const dir = temporaryDir()
  expect((await contend(dir, 'block')).said).toBe('locked')
  expect((await contend(dir)).said).toMatch(/^MR_STATE_DIR_LOCKED .* is used by another process\./)
})

test('the lock keeps no process alive, is released by order, and can be taken again', async () => {
  const dir = temporaryDir()
  const leaving = await contend(dir, 'leave')
  if (leaving.child.exitCode === null) await once(leaving.child, 'exit')
  expect(leaving.child.exitCode).toBe(3)
  const lock = await lockStateDir(dir)
  await expect(lockStateDir(dir)).rejects.toMatchObject({ code: 'MR_STATE_DIR_LOCKED' })
  await lock.release()
  const again = await lockStateDir(dir)
  await again.release()
})

test('the same directory by another path is the same lock; another directory is another', async () => {
  const dir = temporaryDir()
  const link = join(temporaryDir(), 'link')
  symlinkSync(dir, link)
  const lock = await lockStateDir(dir)
  await expect(lockStateDir(link)).rejects.toMatchObject({ code: 'MR_STATE_DIR_LOCKED' })
  const other = await lockStateDir(temporaryDir())
  await other.release()
  await lock.release()
})

test('every platform has an address that is short enough', () => {
  const long = `/${'x'.repeat(4000)}`
  expect(Buffer.byteLength(lockAddress(long, 'linux'))).toBe(108)
  expect(lockAddress(long, 'win32')).toMatch(/^\\\\\.\\pipe\\millrace-[0-9a-f]{64}$/)
  expect(lockAddress('/a', 'darwin')).not.toBe(lockAddress('/b', 'darwin'))
})
