/**
 * Batches of records as frames: learnt columns inside one msgpack value. See payload.ts for the layout.
 *
 * ```ts
 * const encoder = new BatchEncoder({ name: 'orders' })
 * const decoder = new BatchDecoder({ name: 'orders' })
 * const bytes = encoder.encode(records, 0, records.length, null)
 * const batch = decoder.decode(Uint8Array.from(bytes))
 * const cents = batch.numbers('cents')
 * ```
 */
export { BatchEncoder } from './batch-encoder.ts'
export type { BatchEncoderOptions } from './batch-encoder.ts'
export { BatchDecoder } from './batch-decoder.ts'
export type { BatchDecoderOptions } from './batch-decoder.ts'
export type { DecodedBatch } from './decoded-batch.ts'
export type { EncodableColumn } from './table-writer.ts'
export type { CodecMode } from './code-generation.ts'
export { canGenerateCode } from '../core/can-generate-code.ts'
export { assertSerializable } from './plain-value.ts'
export type { RecordContext } from './plain-value.ts'
export { ownString } from './own-string.ts'
export { freezeRecord } from './freeze-record.ts'
export { ARRAY_EXTENSION, ARRAY_TYPE, PAYLOAD_VERSION } from './payload.ts'
export { KIND } from './kind.ts'
export type { Kind } from './kind.ts'
export { VALUE_TAG } from './value-tags.ts'
