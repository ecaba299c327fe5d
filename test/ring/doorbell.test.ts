import { describe, expect, test } from 'vitest'
import { createDoorbells, Doorbell } from '../../src/ring/index.ts'

const nothing = (): boolean => false

describe('createDoorbells', () => {
  test.each([0, -1, 1.5, NaN, 1e6])('refuses a count of %d', (count) => {
    expect(() => createDoorbells(count)).toThrow(expect.objectContaining({ code: 'MR_OPTION_INVALID' }))
  })

  test('a doorbell needs such a buffer, and an index in it', () => {
    const bells = createDoorbells(2)
    for (const index of [-1, 2, 0.5])
      expect(() => new Doorbell(bells, index)).toThrow(expect.objectContaining({ code: 'MR_OPTION_INVALID' }))
    for (const buffer of [new SharedArrayBuffer(bells.byteLength), new SharedArrayBuffer(4), new ArrayBuffer(bells.byteLength) as never]) {
      expect(() => new Doorbell(buffer, 0)).toThrow(expect.objectContaining({ code: 'MR_RING_INVALID' }))
    }
  })
})

const kinds = {
  sleep: async (bell: Doorbell, hasWork: () => boolean, ms: number) => bell.sleep(hasWork, ms),
  sleepAsync: (bell: Doorbell, hasWork: () => boolean, ms: number) => bell.sleepAsync(hasWork, ms),
}

describe.each(['sleep', 'sleepAsync'] as const)('%s', (kind) => {
  const sleep = kinds[kind]

  test('ends at its time when nothing happens', async () => {
    const bell = new Doorbell(createDoorbells(1), 0)
    const began = performance.now()
    expect(await sleep(bell, nothing, 30)).toBe('timeout')
    expect(performance.now() - began).toBeGreaterThan(25)
    expect(await sleep(bell, nothing, 0)).toBe('timeout')
  })

  test('does not begin when there is work, whatever the time', async () => {
    const bell = new Doorbell(createDoorbells(1), 0)
    expect(await sleep(bell, () => true, 1e9)).toBe('work')
  })

  test('notices a ring from before, once, and only its own', async () => {
    const bells = createDoorbells(2)
    const bell = new Doorbell(bells, 0)
    new Doorbell(bells, 0).ring()
    new Doorbell(bells, 0).ring()
    new Doorbell(bells, 1).ring()
    expect(await sleep(bell, nothing, 1e9)).toBe('rung')
    expect(await sleep(bell, nothing, 1)).toBe('timeout')
  })

  test('notices a ring while it looks for work', async () => {
    const bells = createDoorbells(1)
    const bell = new Doorbell(bells, 0)
    const rings = (found: boolean) => (): boolean => {
      new Doorbell(bells, 0).ring()
      return found
    }
    expect(await sleep(bell, rings(false), 1e9)).toBe('rung')
    expect(await sleep(bell, rings(true), 1e9)).toBe('work')
    expect(await sleep(bell, nothing, 1e9)).toBe('rung')
    expect(await sleep(bell, nothing, 1)).toBe('timeout')
  })

  test('stays usable when looking for work throws', async () => {
    const bell = new Doorbell(createDoorbells(1), 0)
    const boom = (): boolean => {
      throw new RangeError('boom')
    }
    await expect((async () => sleep(bell, boom, 10))()).rejects.toThrow(RangeError)
    expect(await sleep(bell, nothing, 1)).toBe('timeout')
  })
})

describe('sleepAsync', () => {
  test('lets the event loop turn, and ends with a ring', async () => {
    const bells = createDoorbells(1)
    const bell = new Doorbell(bells, 0)
    setTimeout(() => new Doorbell(bells, 0).ring(), 5)
    expect(await bell.sleepAsync(nothing, 1e9)).toBe('rung')
  })

  test('refuses a second sleep beside a pending one, which goes on', async () => {
    const bells = createDoorbells(1)
    const bell = new Doorbell(bells, 0)
    const pending = bell.sleepAsync(nothing, 1e9)
    await expect(bell.sleepAsync(nothing, 1e9)).rejects.toMatchObject({ code: 'MR_RING_INVALID' })
    bell.ring()
    expect(await pending).toBe('rung')
  })

  test('after a timeout a ring still wakes the next sleep of either kind', async () => {
    const bells = createDoorbells(1)
    const bell = new Doorbell(bells, 0)
    for (let i = 0; i < 3; i++) {
      expect(await bell.sleepAsync(nothing, 1)).toBe('timeout')
      setTimeout(() => bell.ring(), 1)
      expect(await bell.sleepAsync(nothing, 1e9)).toBe('rung')
      expect(await bell.sleepAsync(nothing, 1)).toBe('timeout')
      bell.ring()
      expect(bell.sleep(nothing, 1e9)).toBe('rung')
      expect(bell.sleep(nothing, 1)).toBe('timeout')
    }
  })
})
