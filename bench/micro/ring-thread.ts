/** One of the two threads of bench/micro/ring.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { Doorbell, FrameHeader, RingConsumer, RingProducer } from '../../src/ring/index.ts'

export interface RingThreadJob {
  readonly role: 'send' | 'receive'
  readonly ring: SharedArrayBuffer
  readonly bells: SharedArrayBuffer
  readonly frames: number
  readonly payloadBytes: number
  /** Received payloads that stay reachable, as in a mailbox. */
  readonly kept: number
  /** Hand payloads back when they leave it. */
  readonly recycle: boolean
}

export interface RingThreadResult {
  readonly beganAtMs: number
  readonly endedAtMs: number
  readonly bytes: number
  readonly sleeps: number
}

const job = workerData as RingThreadJob
const [sender, receiver] = [new Doorbell(job.bells, 0), new Doorbell(job.bells, 1)]
let sleeps = 0

function send(): number {
  const producer = new RingProducer(job.ring)
  const header = new FrameHeader()
  const payload = new Uint8Array(job.payloadBytes).fill(1)
  const nothing = (): boolean => false
  for (let i = 0; i < job.frames; i++) {
    header.sequence = i
    while (!producer.offer(header, payload)) {
      sleeps++
      sender.sleep(nothing, 1000)
    }
    receiver.ring()
  }
  return job.frames * job.payloadBytes
}

function receive(): number {
  const consumer = new RingConsumer(job.ring)
  const kept: Uint8Array<ArrayBuffer>[] = Array.from({ length: job.kept }, () => new Uint8Array(0))
  let [frames, bytes] = [0, 0]
  const take = (header: FrameHeader, payload: Uint8Array<ArrayBuffer>): void => {
    const at = header.sequence % job.kept
    if (job.recycle) consumer.recycle(kept[at]!)
    kept[at] = payload
    if (payload[0] !== 1 || payload[payload.length - 1] !== 1) throw new Error(`frame ${header.sequence} is not what was sent`)
    bytes += payload.length
    frames++
  }
  const hasWork = (): boolean => !consumer.isEmpty
  while (frames < job.frames) {
    const drained = consumer.drain(take)
    if (consumer.takeSpaceWanted()) sender.ring()
    if (drained === 0) {
      sleeps++
      receiver.sleep(hasWork, 1000)
    }
  }
  return bytes
}

parentPort!.once('message', () => {
  const beganAtMs = performance.timeOrigin + performance.now()
  const bytes = job.role === 'send' ? send() : receive()
  parentPort!.postMessage({ beganAtMs, endedAtMs: performance.timeOrigin + performance.now(), bytes, sleeps } satisfies RingThreadResult)
})
parentPort!.postMessage('ready')
