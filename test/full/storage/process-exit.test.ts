import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryDir } from '../../storage/fixtures.ts'

const SCRIPT = fileURLToPath(new URL('../../storage/exit-process.js', import.meta.url))

interface Outcome {
  readonly firstId: number
  /** Newest checkpoint that the process found, and the number of its chunks that it could read. */
  readonly found: number
  readonly readBack: number
  /** Newest checkpoint that it knows to be on disk. */
  readonly committed: number
  readonly quiet: boolean
  readonly code: number | null
  readonly hung: boolean
}

/** Lets a process commit, and ends it after this time: by itself, or from outside. */
function run(dir: string, end: 'exit' | 'kill', afterMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [SCRIPT, dir, String(end === 'exit' ? afterMs : -1)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    let hung = false
    const timer = setTimeout(() => {
      hung = true
      child.kill('SIGKILL')
    }, 60_000)
    let killing = end === 'exit'
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (killing || !text.includes('committed')) return
      killing = true
      setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      const [, firstId, found, readBack] = /opened (\d+) (\d+) (\d+)/.exec(text)!.map(Number) as [number, number, number, number]
      const committed = [...text.matchAll(/committed (\d+)\n/g)].map(([, id]) => Number(id)).at(-1) ?? found
      resolve({ firstId, found, readBack, committed, quiet: text.endsWith('quiet true\n'), code, hung })
    })
  })
}

async function chain(end: 'exit' | 'kill', runs: number, check: (outcome: Outcome) => void): Promise<number> {
  const dir = temporaryDir()
  let committed = 0
  let usedId = 0
  for (let i = 0; i < runs; i++) {
    const outcome = await run(dir, end, Math.random() * 15)
    check(outcome)
    expect(outcome.hung).toBe(false)
    // One more than was acknowledged may be there: its commit ended while the process was ending.
    expect(outcome.found).toBeGreaterThanOrEqual(committed)
    expect(outcome.readBack).toBe(outcome.found === 0 ? 0 : 2)
    expect(outcome.firstId).toBeGreaterThan(usedId)
    committed = outcome.committed
    usedId = Math.max(outcome.found, committed)
  }
  return committed
}

test('process.exit at any instant of a commit does not hang, and the next process finds every acknowledged checkpoint', async () => {
  const check = ({ code, quiet }: Outcome) => expect({ code, quiet }).toEqual({ code: 7, quiet: true })
  for (const committed of await Promise.all([chain('exit', 15, check), chain('exit', 15, check)])) expect(committed).toBeGreaterThan(0)
})

test('kill -9 at any instant of a commit: the lock is free, and the next process finds every acknowledged checkpoint, whole', async () => {
  const check = ({ code, quiet }: Outcome) => expect({ code, quiet }).toEqual({ code: null, quiet: false })
  for (const committed of await Promise.all([chain('kill', 6, check), chain('kill', 6, check)])) expect(committed).toBeGreaterThan(0)
})
