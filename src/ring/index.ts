/**
 * `millrace/ring`: byte rings between two threads, and doorbells to wake a thread.
 *
 * A ring carries frames (a 32-byte header and a payload) from exactly one thread to exactly one other through a SharedArrayBuffer, without
 * locks. Full and empty are return values. A doorbell lets a thread sleep without missing a frame. Both know nothing of records, of
 * credits or of the rest of millrace.
 *
 * @example Two threads
 * ```ts
 * // both: const { ring, bells } = workerData, made once by createRing(1 << 20) and createDoorbells(2)
 *
 * // sending thread, owner of bell 0
 * const producer = new RingProducer(ring)
 * const [mine, theirs] = [new Doorbell(bells, 0), new Doorbell(bells, 1)]
 * const header = new FrameHeader()                        // kind: batch
 * while (!producer.offer(header, payload)) {
 *   mine.sleep(() => producer.freeBytes > 1 << 19, 1000)  // full: the receiver rings when it has drained
 * }
 * theirs.ring()
 *
 * // receiving thread, owner of bell 1
 * const consumer = new RingConsumer(ring)
 * for (;;) {
 *   consumer.drain((header, payload) => receive(header.sequence, payload))
 *   if (consumer.takeSpaceWanted()) new Doorbell(bells, 0).ring()
 *   bell.sleep(() => !consumer.isEmpty, 1000)
 * }
 * ```
 *
 * @module
 */
export { createDoorbells } from './doorbell-layout.ts'
export { Doorbell, type WakeReason } from './doorbell.ts'
export { FragmentAssembler } from './fragment-assembler.ts'
export { FragmentWriter } from './fragment-writer.ts'
export { FLAG_CONTINUED, FLAG_MORE, FrameHeader, FrameKind } from './frame-header.ts'
export { FRAME_HEADER_BYTES } from './layout.ts'
export { type FrameHandler, RingConsumer } from './ring-consumer.ts'
export { createRing } from './ring-memory.ts'
export { RingProducer } from './ring-producer.ts'
