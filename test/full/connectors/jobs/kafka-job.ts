import { defineJob } from '../../../../src/index.ts'
import { type Kill, killedAtCommit } from './killed-at-commit.ts'
import { type KafkaConnection, kafkaSink, kafkaSource } from '../../../../src/connectors/kafka/index.ts'

export interface KafkaConfig {
  readonly broker: string
  readonly input: string
  readonly output: string
  /** Pause of the worker after every 100 messages; 0: none, and the job ends with what is there. */
  readonly pauseMs: number
  readonly kill?: Kill
  /** How to reach the broker, besides its address. */
  readonly secure?: Omit<KafkaConnection, 'brokers'>
}

/** Messages of one topic to another, once. */
export default defineJob<KafkaConfig, {}>(import.meta, {
  name: 'kafka',
  build: ({ source, config: { broker, input, output, pauseMs, kill, secure = {} } }) => {
    const clock = new Int32Array(new SharedArrayBuffer(4))
    let seen = 0
    const target = kafkaSink<string>({ ...secure, brokers: [broker], topic: output, key: (n) => n, value: (n) => n })
    source
      .from(
        'in',
        kafkaSource({ ...secure, brokers: [broker], topic: input, until: pauseMs > 0 ? 'forever' : 'latest', partitionBytes: 20_000 }),
      )
      .map(({ value }) => {
        if (pauseMs > 0 && ++seen % 100 === 0) Atomics.wait(clock, 0, 0, pauseMs)
        return value!
      })
      .to(killedAtCommit(target, kill), { name: 'out' })
    return {}
  },
})
