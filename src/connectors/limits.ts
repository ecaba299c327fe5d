/** Bounds of the connectors, with their units, as src/limits.ts has those of everything else. */

/** A Kafka cluster that cannot be reached, or does not answer, for so long fails the job, unless told otherwise. */
export const KAFKA_RETRY_MS_DEFAULT = 60_000
/** Pauses before a request to Kafka is made again: doubled from the first to the second. */
export const KAFKA_RETRY_PAUSE_MS_MIN = 20
export const KAFKA_RETRY_PAUSE_MS_MAX = 500
/** A broker of Kafka keeps a request for messages waiting for so long when there are none. */
export const KAFKA_FETCH_WAIT_MS = 500
/** Bytes of messages that a broker of Kafka gives for one request, and for one partition in it. */
export const KAFKA_FETCH_BYTES_DEFAULT = 16 * 1024 * 1024
export const KAFKA_PARTITION_BYTES_DEFAULT = 1024 * 1024
/** How often a source looks whether its topic has got more partitions. */
export const KAFKA_PARTITIONS_LOOK_MS = 30_000
/** Bytes of messages in one batch of Kafka: what brokers take, unless told otherwise, less room for what stands around them. */
export const KAFKA_BATCH_BYTES_MAX = 900_000
/** Brokers end a transaction of Kafka that is open for so long: the longest that they permit, unless told otherwise. */
export const KAFKA_TRANSACTION_MS_DEFAULT = 900_000
/** Messages that a sink of Kafka gives to brokers at once, unless told otherwise. */
export const KAFKA_SEND_RECORDS_DEFAULT = 2_000
/** Rows that a sink of PostgreSQL writes by one statement. */
export const POSTGRES_ROWS_OF_INSERT_MAX = 1_000
/** Ids of transactions that a sink of PostgreSQL has committed are kept for so long: a checkpoint that is older cannot be gone on with exactly once. */
export const POSTGRES_TRANSACTIONS_KEPT_MS = 7 * 24 * 3_600_000
