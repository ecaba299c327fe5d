/**
 * `millrace/ring`: byte rings between two threads, and doorbells to wake a thread.
 *
 * A ring carries frames (a 32-byte header and a payload) from exactly one thread to exactly one other through a SharedArrayBuffer, without
 * locks. Full and empty are return values. A doorbell lets a thread sleep without missing a frame. Both know nothing of records, of
 * credits or of the rest of millrace.
 *
 * @example Two threads; `ring` and `bells` were made once, by `createRing(1 << 20)` and `createDoorbells(2)`, and sent to both
 * ```ts
 * // The sending thread, owner of bell 0.
 * const producer = new RingProducer(ring)
 * const [own, receiver] = [new Doorbell(bells, 0), new Doorbell(bells, 1)]
 * const header = new FrameHeader()
 * for (const payload of payloads) {
 *   header.sequence++
 *   while (!producer.offer(header, payload)) own.sleep(() => false, 1000) // full: the receiver rings once it has drained
 *   receiver.ring()
 * }
 *
 * // The receiving thread, owner of bell 1.
 * const consumer = new RingConsumer(ring)
 * const [own, sender] = [new Doorbell(bells, 1), new Doorbell(bells, 0)]
 * for (;;) {
 *   consumer.drain((header, payload) => receive(header.sequence, payload))
 *   if (consumer.takeSpaceWanted()) sender.ring()
 *   own.sleep(() => !consumer.isEmpty, 1000)
 * }
 * ```
 *
 * Rules: a thread that publishes rings before it sleeps; a thread that drains asks `takeSpaceWanted()` before it sleeps; when a thread
 * dies, ring whoever may wait for it, then create a new `RingProducer` or `RingConsumer` on the same ring, which goes on where it stopped.
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
