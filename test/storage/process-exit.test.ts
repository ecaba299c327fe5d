import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryDir } from './fixtures.ts'

const SCRIPT = fileURLToPath(new URL('./exit-process.js', import.meta.url))

interface Line {
  firstId: number
  found: number
  readBack: number
  committed: number
  quiet: boolean
}

function run(dir: string, exitAfterMs: number): Promise<{ line: Line; code: number | null; hung: boolean }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [SCRIPT, dir, String(exitAfterMs)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    let hung = false
    const timer = setTimeout(() => {
      hung = true
      child.kill('SIGKILL')
    }, 10_000)
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ line: JSON.parse(text || '{}') as Line, code, hung })
    })
  })
}

test('process.exit at any instant of a commit does not hang, and the next process finds every acknowledged checkpoint', async () => {
  const chains = [temporaryDir(), temporaryDir()].map(async (dir) => {
    let committed = 0
    let usedId = 0
    for (let i = 0; i < 20; i++) {
      const { line, code, hung } = await run(dir, Math.random() * 12)
      expect(hung).toBe(false)
      expect(code).toBe(7)
      expect(line.quiet).toBe(true)
      // One more than was acknowledged may be there: its commit ended while the process was ending.
      expect(line.found).toBeGreaterThanOrEqual(committed)
      expect(line.readBack).toBe(line.found === 0 ? 0 : 2)
      expect(line.firstId).toBeGreaterThan(usedId)
      committed = line.committed
      usedId = Math.max(line.found, line.committed)
    }
    return committed
  })
  for (const committed of await Promise.all(chains)) expect(committed).toBeGreaterThan(20)
}, 60_000)
