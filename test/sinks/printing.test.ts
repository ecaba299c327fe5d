import { expect, test } from 'vitest'
import { PatientWriter } from '../../src/worker/sync-console.ts'

/** Takes some bytes a time, and says EAGAIN in between. */
function pipe(takes: readonly number[]) {
  let [text, calls] = ['', 0]
  const write = (_fd: number, bytes: Buffer, at: number): number => {
    const most = takes[calls++ % takes.length]!
    if (most === 0) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' })
    const taken = Math.min(most, bytes.length - at)
    text += bytes.toString('latin1', at, at + taken)
    return taken
  }
  return { write, text: () => text, calls: () => calls }
}

test('a pipe that is full for a while gets everything', () => {
  const { write, text } = pipe([5, 0, 0, 3, 0])
  const writer = new PatientWriter(1, write)
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}\n`)
  for (const line of lines) writer.write(Buffer.from(line))
  expect(text()).toBe(lines.join(''))
})

test('a pipe that nobody reads does not hold up its writer for ever: what does not fit is dropped', () => {
  const { write, calls } = pipe([0])
  const writer = new PatientWriter(1, write, 20)
  for (let n = 0; n < 1_000; n++) writer.write(Buffer.from('text'))
  // As many pauses as there is patience for, then one try for each text.
  expect(calls()).toBeLessThanOrEqual(20 + 1_000 + 1)
})

test('a closed pipe is none of the pipeline’s business', () => {
  const writer = new PatientWriter(1, () => {
    throw Object.assign(new Error('EPIPE'), { code: 'EPIPE' })
  })
  expect(() => writer.write(Buffer.from('text'))).not.toThrow()
})
