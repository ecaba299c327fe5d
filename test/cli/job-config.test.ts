import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { applyPairs } from '../../src/cli/config-values.ts'
import { jobConfig } from '../../src/cli/job-config.ts'
import { defineJob } from '../../src/index.ts'
import type { Job, StandardSchema } from '../../src/index.ts'

const jobWith = (config: StandardSchema<unknown>) =>
  defineJob(import.meta, { config, build: ({ source }) => ({ n: source.generate('n', { count: 1, make: (n) => n }) }) }) as unknown as Job

const given = (config: StandardSchema<unknown>, ...pairs: string[]) => jobConfig(jobWith(config), applyPairs({}, pairs), pairs)

const SCHEMAS: readonly [string, StandardSchema<unknown>][] = [
  ['zod', z.object({ count: z.number(), name: z.string(), deep: z.object({ on: z.boolean() }), tags: z.array(z.string()).default([]) })],
  [
    'valibot',
    v.object({ count: v.number(), name: v.string(), deep: v.object({ on: v.boolean() }), tags: v.optional(v.array(v.string()), []) }),
  ],
]

describe.each(SCHEMAS)('values of --config for a schema of %s', (_, schema) => {
  test('become what the schema wants, and stay texts where it wants texts', async () => {
    expect(await given(schema, 'count=5', 'name=5', 'deep.on=true', 'tags=["a","b"]')).toEqual({
      count: 5,
      name: '5',
      deep: { on: true },
      tags: ['a', 'b'],
    })
  })

  test('that read as nothing else are left to the schema to refuse', async () => {
    const config = await given(schema, 'count=many', 'name=x', 'deep.on=yes')
    expect(config).toEqual({ count: 'many', name: 'x', deep: { on: 'yes' } })
    await expect(jobWith(schema).buildGraph(config)).rejects.toMatchObject({
      code: 'MR_CONFIG_INVALID',
      message: expect.stringMatching(/count.*\n.*deep\.on/s),
    })
  })
})

test('a schema that coerces gets the texts', async () => {
  expect(await given(z.object({ count: z.coerce.number() }), 'count=5')).toEqual({ count: '5' })
})

test('without a schema values stay texts', async () => {
  const job = defineJob(import.meta, {
    build: ({ source }) => ({ n: source.generate('n', { count: 1, make: (n) => n }) }),
  }) as unknown as Job
  expect(await jobConfig(job, { count: '5' }, ['count=5'])).toEqual({ count: '5' })
})
