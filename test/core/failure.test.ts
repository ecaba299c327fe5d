import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeError, reviveError } from '../../src/core/failure.ts'
import { ERROR_CODES, MillraceError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { FAILURE_CAUSES_MAX, FAILURE_TEXT_CHARS_MAX } from '../../src/limits.ts'

class OutOfStock extends Error {
  readonly code = 'E_STOCK'
}

const travel = (thrown: unknown) => reviveError(structuredClone(describeError(thrown)))

describe('an error that travels between threads', () => {
  test('keeps code, message, stack, operator and site if it is one of ours', () => {
    const codes = Object.keys(ERROR_CODES) as ErrorCode[]
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.string(), fc.option(fc.string()), fc.option(fc.string()), (code, text, operator, site) => {
        const error = new MillraceError(code, text, { ...(operator && { operator }), ...(site && { site }) })
        const revived = travel(error) as MillraceError
        expect(revived).toBeInstanceOf(MillraceError)
        expect({ ...revived }).toEqual({ ...error })
        expect([revived.message, revived.stack, revived.remedy]).toEqual([error.message, error.stack, error.remedy])
        expect(travel(revived)).toEqual(revived)
      }),
    )
  })

  test('keeps the class of built-in errors and the name of others', () => {
    for (const Class of [TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError, Error]) {
      const revived = travel(new Class('x'))
      expect(revived).toBeInstanceOf(Class)
      expect(revived.name).toBe(Class.name)
    }
    const error = new OutOfStock('none left')
    const revived = travel(error)
    expect({ name: revived.name, text: revived.message, code: (revived as OutOfStock).code, stack: revived.stack }).toEqual({
      name: 'OutOfStock',
      text: 'none left',
      code: 'E_STOCK',
      stack: error.stack,
    })
    expect(travel(new DOMException('gone', 'AbortError')).name).toBe('AbortError')
  })

  test('keeps the chain of causes and the errors of an aggregate', () => {
    const root = new TypeError('root', { cause: 'plain text' })
    const error = new MillraceError('MR_OPERATOR_FAILED', 'outer', { cause: new AggregateError([root, new OutOfStock('b')], 'many') })
    const revived = travel(error)
    const many = revived.cause as AggregateError
    expect(many).toBeInstanceOf(AggregateError)
    expect(many.errors.map((each: Error) => each.name)).toEqual(['TypeError', 'OutOfStock'])
    expect(((many.errors[0] as Error).cause as Error).message).toBe('plain text')
  })

  test('keeps a code of the system', async () => {
    const error = await import('node:fs').then((fs) => fs.promises.open('/no/such/file').catch((reason: unknown) => reason))
    expect(travel(error)).toMatchObject({ code: 'ENOENT', message: (error as Error).message })
  })

  test('says the same when it comes out of a worker thread', async () => {
    const worker = new Worker(new URL('./failing-worker.js', import.meta.url))
    const data = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    await worker.terminate()
    const revived = reviveError(data as ReturnType<typeof describeError>) as MillraceError
    expect(revived).toMatchObject({ code: 'MR_OPERATOR_FAILED', operator: 'parse', site: 'job.ts:3:1' })
    expect(revived.cause).toBeInstanceOf(RangeError)
    expect((revived.cause as Error).stack).toContain('failing-worker')
  })
})

describe('a description', () => {
  test('carries its place; what is not known is left out', () => {
    const data = describeError(new MillraceError('MR_RING_INVALID', 'x', { operator: 'own' }), {
      kind: 'worker-error',
      attempt: 3,
      actor: 'sum#1',
      operator: 'sum',
      site: undefined,
    })
    expect(data).toMatchObject({ kind: 'worker-error', attempt: 3, actor: 'sum#1', operator: 'sum', code: 'MR_RING_INVALID' })
    expect('region' in data || 'site' in data).toBe(false)
    expect(describeError('boom')).toEqual({ class: 'string', message: 'boom', kind: 'user-code', attempt: 0 })
  })

  test('is made of anything that can be thrown, and survives a structured clone', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (thrown) => {
        const data = describeError(thrown)
        expect(structuredClone(data)).toEqual(data)
        expect(reviveError(data)).toBeInstanceOf(Error)
      }),
    )
  })

  test('is made of values that resist being read', () => {
    const hostile = [
      Symbol('s'),
      () => 1,
      undefined,
      null,
      new Proxy(new Error('x'), {
        get: () => {
          throw new Error('no')
        },
      }),
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no')
        },
      }),
      Object.assign(new Error('x'), { message: Symbol('m'), stack: 7, code: {}, name: null }),
      {
        toString: () => {
          throw new Error('no')
        },
      },
    ]
    for (const thrown of hostile) {
      const data = describeError(thrown)
      expect(structuredClone(data)).toEqual(data)
      expect(reviveError(data)).toBeInstanceOf(Error)
    }
  })

  test('is bounded: causes that run in a circle, long chains, wide aggregates and long texts', () => {
    const a = new Error('a')
    const b = new Error('b', { cause: a })
    a.cause = b
    expect(describeError(a)).toMatchObject({ message: 'a', cause: { message: 'b' } })
    let chain = new Error('end')
    for (let i = 0; i < 10_000; i++) chain = new Error('x'.repeat(100_000), { cause: chain })
    let depth = 0
    for (let at: { cause?: unknown } | undefined = describeError(chain); at; at = at.cause as typeof at) depth++
    expect(depth).toBe(FAILURE_CAUSES_MAX)
    const wide = describeError(new AggregateError(Array.from({ length: 5000 }, (_, i) => new Error(String(i)))))
    expect(wide.errors!.length).toBe(FAILURE_CAUSES_MAX - 1)
    expect(describeError(chain).message.length).toBeLessThan(FAILURE_TEXT_CHARS_MAX + 50)
  })
})
