import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { launch, openCheckpoint } from '../../src/index.ts'
import { temporaryDir } from '../engine/run-job.ts'
import visits, { type Visit } from './jobs/query-job.ts'

const visit = (n: number, page = `page ${n % 3}`): Visit => ({ user: `user ${n % 5}`, page, n })

/** What a user's visits come to. */
function expected(user: string, all: readonly Visit[]): Record<string, unknown> {
  const mine = all.filter((each) => each.user === user)
  const sum = mine.reduce((total, { n }) => total + n, 0)
  const perPage = new Map<string, number>()
  for (const { page } of mine) perPage.set(page, (perPage.get(page) ?? 0) + 1)
  return { last: mine.at(-1), count: mine.length, pages: mine.map(({ page }) => page), perPage, sum, mean: sum / mine.length }
}

describe('the state of a run', () => {
  test.each([
    ['memory', 'memory'],
    ['lmdb', { type: 'lmdb', cacheBytes: 1024 }],
  ] as const)(
    '(%s) is told from outside, now and as of the newest checkpoint, exactly also over a crash; and from its directory',
    async (_, backend) => {
      const stateDir = join(temporaryDir(), 'state')
      const run = await launch(visits, { workers: 2, stateDir, checkpointIntervalMs: 20, backend })
      const all = Array.from({ length: 100 }, (_, n) => visit(n, n === 60 ? 'crash' : undefined))
      const reading = run.outlet('seen', { delivery: 'committed' }).collect()
      for (const each of all) await run.inlet('visits').push(each)
      const count = (at: 'live' | 'checkpoint'): Promise<number> =>
        Promise.all([0, 1, 2, 3, 4].map((n) => run.query<number>('users', 'count', `user ${n}`, { at }))).then((counts) =>
          counts.reduce<number>((sum, each) => sum + each!, 0),
        )
      while ((await count('live')) < all.length) await new Promise((resolve) => setTimeout(resolve, 5))
      while ((await count('checkpoint')) < all.length) await new Promise((resolve) => setTimeout(resolve, 5))
      expect(await count('live')).toBe(all.length)

      for (const at of ['live', 'checkpoint'] as const) {
        for (const user of ['user 0', 'user 4']) {
          for (const [state, value] of Object.entries(expected(user, all))) {
            expect(await run.query('users', state, user, { at }), `${state} ${at}`).toEqual(value)
          }
        }
        expect(await run.query('users', 'last', 'nobody', { at })).toBeUndefined()
        expect(await run.query('users', 'count', 'nobody', { at })).toBe(0)
      }
      expect(await run.query('users', 'fleeting', 'user 0')).toBeUndefined()

      const checkpoint = await openCheckpoint(stateDir)
      const { mean, ...others } = expected('user 3', all)
      for (const [state, value] of Object.entries(others)) expect(checkpoint.get('users', state, 'user 3')).toEqual(value)
      expect(checkpoint.get('users', 'mean', 'user 3')).toEqual({ sum: (mean as number) * 20, count: 20 })
      expect(checkpoint.get('users', 'last', 7)).toBeUndefined()
      expect(checkpoint).toMatchObject({ jobName: 'visits', operators: ['users'] })
      expect(() => checkpoint.get('users', 'lsat', 'user 3')).toThrow(expect.objectContaining({ code: 'MR_STATE_UNKNOWN' }))
      expect(() => checkpoint.get('uesrs', 'last', 'user 3')).toThrow(expect.objectContaining({ code: 'MR_STATE_UNKNOWN' }))
      await checkpoint.close()

      const { restarts } = await run.stop({ drain: true })
      expect(restarts).toBe(1)
      expect((await reading).sort((a, b) => a - b)).toEqual(all.map(({ n }) => n))
      await expect(run.query('users', 'count', 'user 0')).rejects.toMatchObject({ code: 'MR_RUN_ENDED' })
    },
  )

  test('has names: others are refused, with those that there are', async () => {
    const run = await launch(visits, { workers: 1 })
    await expect(run.query('visits', 'last', 'a')).rejects.toMatchObject({
      code: 'MR_STATE_UNKNOWN',
      message: expect.stringMatching(/users/),
    })
    await expect(run.query('users', 'lsat', 'a')).rejects.toMatchObject({
      code: 'MR_STATE_UNKNOWN',
      message: expect.stringMatching(/perPage/),
    })
    await expect(run.query('users', 'last', NaN)).rejects.toMatchObject({ code: 'MR_KEY_INVALID' })
    await expect(run.query('users', 'last', 'a', { at: 'now' as 'live' })).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
    await run.stop()
  })

  test('of a directory without checkpoints is an error', async () => {
    await expect(openCheckpoint(join(temporaryDir(), 'nothing'))).rejects.toMatchObject({ code: 'MR_STATE_MISSING' })
  })
})
