import { expect, test, vi } from 'vitest'
import { collectAlone } from '../../src/app/lone-collections.ts'

test('threads collect alone from the first run that has all cores to the end of the last one', () => {
  const flags: string[] = []
  const setFlags = (flag: string): void => void flags.push(flag)
  const first = collectAlone(2, 2, setFlags)
  const second = collectAlone(4, 2, setFlags)
  expect(flags).toEqual(['--no-parallel-scavenge'])
  first()
  expect(flags).toHaveLength(1)
  second()
  expect(flags).toEqual(['--no-parallel-scavenge', '--parallel-scavenge'])
})

test('nothing is changed where a core is left for helpers, or where the process was started with a choice', () => {
  const setFlags = vi.fn<(flags: string) => void>()
  collectAlone(1, 2, setFlags)()
  vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=64 --no_parallel_scavenge')
  collectAlone(2, 2, setFlags)()
  vi.unstubAllEnvs()
  expect(setFlags).not.toHaveBeenCalled()
})
