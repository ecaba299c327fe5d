import { z } from 'zod'
import { COUNT_MAX, SEED_MAX } from '../workloads/span.ts'

/** Which records a job makes: see {@link spanOf}. */
export const spanConfig = z.object({
  seed: z.coerce.number().int().min(0).max(SEED_MAX),
  count: z.coerce.number().int().min(0).max(COUNT_MAX),
})
