import { defineJob } from '../../src/index.ts'

/** So many sources, each with a channel to each of so many sinks, and hardly a record. */
export default defineJob<{ readonly instances: number }>(import.meta, {
  build: ({ source, sink, config: { instances } }) => {
    source
      .generate('rows', { count: 1_000_000_000, make: (n) => ({ n }), rowsPerSecond: 10, parallelism: instances })
      .rebalance()
      .to(
        sink.forEach(() => {}),
        { name: 'sinks', parallelism: instances },
      )
    return {}
  },
})
