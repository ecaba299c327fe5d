import { parentPort, workerData } from 'node:worker_threads'
import {
  Doorbell,
  FragmentAssembler,
  FragmentWriter,
  FrameHeader,
  RingConsumer,
  RingProducer,
  type WakeReason,
} from '../../../src/ring/index.ts'
import { ASLEEP, openDoorbell } from '../../../src/ring/doorbell-layout.ts'
import { COUNTED, FIRST_DELIVERY, RECEIVER, SENDER, SLEEP_MS, type ThreadJob, type ThreadResult, UNTIL } from './job.ts'
import { describeFrame, faultOf, mix, payloadOf } from './traffic.ts'

const job = workerData as ThreadJob
const progress = new Int32Array(job.progress)
const faults: string[] = []
const sleeps = { work: 0, rung: 0, overslept: 0 }
const bells = [new Doorbell(job.bells, SENDER), new Doorbell(job.bells, RECEIVER)] as const
const [own, peer] = job.role === 'send' ? [bells[0], bells[1]] : [bells[1], bells[0]]
let pauses = 0

function pause(): void {
  if (job.pauseTurnsMax === 0) return
  const turns = mix(job.role === 'send' ? job.seed : ~job.seed, pauses++) % job.pauseTurnsMax
  for (let i = 0; i < turns; i++) Atomics.load(progress, COUNTED)
}

/** Turns until the other thread has announced its sleep. */
function untilAsleep(thread: number): void {
  const { words, word } = openDoorbell(job.bells, thread)
  while (Atomics.load(words, word) !== ASLEEP);
}

async function sleep(hasWork: () => boolean): Promise<void> {
  const pausing = (): boolean => {
    const found = hasWork()
    pause() // between the last look and the wait: where a wake-up would be lost
    return found
  }
  const began = performance.now()
  const reason: WakeReason = job.sleep === 'sleep' ? own.sleep(pausing, SLEEP_MS) : await own.sleepAsync(pausing, SLEEP_MS)
  sleeps[reason === 'timeout' || performance.now() - began > SLEEP_MS / 2 ? 'overslept' : reason]++
}

async function send(): Promise<void> {
  const producer = new RingProducer(job.ring)
  const writer = new FragmentWriter(producer)
  const header = new FrameHeader()
  // Never true: the sender relies on being rung once there is room.
  const nothing = (): boolean => false
  for (let sequence = job.from; sequence < Atomics.load(progress, UNTIL); sequence++) {
    if (job.framesBetweenSleeps > 0 && sequence > 0 && sequence % job.framesBetweenSleeps === 0) untilAsleep(RECEIVER)
    const payload = payloadOf(job.seed, sequence, job.payloadBytesMax)
    describeFrame(header, job.seed, sequence)
    let written = job.fragments ? writer.write(header, payload) : producer.offer(header, payload)
    while (!written) {
      // The first fragments are there, and the receiver has not been told yet.
      if (job.fragments) peer.ring()
      await sleep(nothing)
      written = job.fragments ? writer.resume() : producer.offer(header, payload)
    }
    Atomics.store(progress, COUNTED, sequence + 1)
    pause()
    peer.ring()
  }
}

async function receive(): Promise<void> {
  const consumer = new RingConsumer(job.ring)
  const assembler = new FragmentAssembler()
  let next = job.from
  const take = (header: FrameHeader, payload: Uint8Array<ArrayBuffer>): void => {
    const whole = job.fragments ? assembler.add(header, payload) : payload
    if (whole === null) return
    if (next < 0) next = header.sequence
    const fault = faultOf(header, whole, job.seed, next, job.payloadBytesMax)
    if (fault !== undefined && faults.length < 10) faults.push(fault)
    Atomics.add(progress, FIRST_DELIVERY + header.sequence, 1)
    next = header.sequence + 1
  }
  const hasWork = (): boolean => !consumer.isEmpty
  let waitAt = job.framesBetweenSleeps / 2
  while (next < Atomics.load(progress, UNTIL)) {
    if (job.framesBetweenSleeps > 0 && next >= waitAt) {
      waitAt += job.framesBetweenSleeps
      untilAsleep(SENDER)
    }
    const drained = consumer.drain(take, 1 + (mix(job.seed, next) % 3000))
    if (consumer.takeSpaceWanted()) peer.ring()
    pause()
    if (drained === 0) await sleep(hasWork)
  }
}

await (job.role === 'send' ? send() : receive())
parentPort!.postMessage({ faults, sleeps } satisfies ThreadResult)
