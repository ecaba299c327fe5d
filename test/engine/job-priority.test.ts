import { describe, expect, test } from 'vitest'
import { BusyWorker, PoliteWorker, createJobBoard } from '../../src/worker/job-board.ts'

const TURN_MS = 1.5

/** Two workers of different jobs on one core for ten seconds, which both share evenly while both want it. Returns the part of the time that the polite one has. */
function shareOfPolite(othersShare: number): number {
  const board = createJobBoard()
  const [polite, other] = [new PoliteWorker(board, 1), new BusyWorker(board)]
  let [passedMs, politeMs] = [0, 0]
  while (passedMs < 10_000) {
    const stretch = 1 + Math.min(1, othersShare / (1 - othersShare))
    other.worked(TURN_MS * stretch - TURN_MS)
    const pauseMs = polite.worked(TURN_MS * stretch)
    other.worked(pauseMs * othersShare)
    politeMs += TURN_MS
    passedMs += TURN_MS * stretch + pauseMs
  }
  return politeMs / passedMs
}

describe('where threads have no priorities, a worker of low priority', () => {
  test('keeps a twentieth of a core beside one that takes all of it, and little more', () => {
    const share = shareOfPolite(1)
    expect(share).toBeGreaterThanOrEqual(0.05)
    expect(share).toBeLessThan(0.1)
  })

  test('has what others leave', () => {
    expect(shareOfPolite(0)).toBe(1)
    expect(shareOfPolite(0.1)).toBeGreaterThan(0.75)
    expect(shareOfPolite(0.5)).toBeGreaterThan(0.25)
  })
})

test('nobody counts while nobody has to give way', () => {
  const board = createJobBoard()
  const busy = new BusyWorker(board)
  busy.worked(5)
  const polite = new PoliteWorker(board, 1)
  busy.worked(5)
  polite.leave()
  busy.worked(5)
  expect([...new Int32Array(board)]).toEqual([5000, 0])
})
