import { z } from 'zod'
import { defineJob } from '../../../src/index.ts'

export default defineJob(import.meta, {
  config: z.object({
    count: z.coerce.number().int().min(1),
    nested: z.object({ label: z.string() }).default({ label: 'none' }),
    odd: z
      .string()
      .default('x')
      .refine((text) =>
        text === 'throw'
          ? (() => {
              throw new RangeError('planned in schema')
            })()
          : true,
      ),
  }),
  build: ({ source, config }) => ({ rows: source.generate('rows', { count: config.count, make: (n) => `${config.nested.label}${n}` }) }),
})
