import type { Envelope } from '../../channel/mailbox.ts'
import type { FrameHeader } from '../../ring/index.ts'
import type { FrameProbe } from '../../worker/frame-probe.ts'

/**
 * Fingerprint of a run: of every step that was taken, when, by whom, and of the header of every frame that was delivered. Two runs of equal
 * fingerprint went the same way. A 64-bit mixing hash in two halves; not for secrets.
 */
export class Trace implements FrameProbe {
  readonly #listener: ((line: string) => void) | null
  #low = 0x9e3779b9 | 0
  #high = 0x85ebca6b | 0
  #frames = 0

  constructor(listener: ((line: string) => void) | null) {
    this.#listener = listener
  }

  get hash(): string {
    return `${hex(this.#high)}${hex(this.#low)}`
  }

  /** Frames that were delivered. */
  get frames(): number {
    return this.#frames
  }

  step(atMs: number, label: string): void {
    this.#number(atMs)
    for (let i = 0; i < label.length; i++) this.#word(label.charCodeAt(i))
    this.#listener?.(`${atMs.toFixed(3).padStart(12)} ms  ${label}`)
  }

  framed({ kind, flags, channel, attempt, sequence, records, value, length }: FrameHeader): void {
    this.#frames++
    for (const word of [kind, flags, channel, attempt, sequence, records, length]) this.#word(word)
    this.#number(value)
    this.#listener?.(
      `                 frame kind=${kind} flags=${flags} channel=${channel} attempt=${attempt} #${sequence} records=${records} value=${value} bytes=${length}`,
    )
  }

  handed(channel: number, { kind, batch, value, costBytes }: Envelope): void {
    this.#frames++
    for (const word of [kind, channel, batch?.length ?? 0, costBytes]) this.#word(word)
    this.#number(value)
    this.#listener?.(`                 by reference kind=${kind} channel=${channel} records=${batch?.length ?? 0} value=${value}`)
  }

  #number(value: number): void {
    doubles[0] = value
    this.#word(words[0]!)
    this.#word(words[1]!)
  }

  #word(word: number): void {
    const low = Math.imul(this.#low ^ word, 0x9e3779b1)
    const high = Math.imul(this.#high ^ word, 0x85ebca77)
    this.#low = ((low ^ (low >>> 15)) + ((high << 7) | (high >>> 25))) | 0
    this.#high = high ^ (high >>> 13) ^ low
  }
}

const doubles = new Float64Array(1)
const words = new Int32Array(doubles.buffer)

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
