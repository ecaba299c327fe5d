import type { OperatorContext, OperatorDefinition } from 'millrace'

/** An operator of one's own: adds to each record the number of the instance that processed it. */
export const whereabouts: OperatorDefinition = {
  kind: 'whereabouts',
  create: (_spec, { index, emit }: OperatorContext) => ({
    process: (record: unknown, timestamp: number) => emit({ instance: index, record }, timestamp),
  }),
}
