import { existsSync, writeFileSync } from 'node:fs'
import { type OperatorActor, type SinkSpec, sink } from '../../../src/index.ts'

class Killer implements OperatorActor {
  readonly #marker: string
  #ended = false

  constructor(marker: string) {
    this.#marker = marker
  }

  process(): void {}

  onEnd(): 'done' {
    this.#ended = true
    return 'done'
  }

  onCheckpointComplete(): void {
    if (!this.#ended || existsSync(this.#marker)) return
    writeFileSync(this.#marker, '')
    process.kill(process.pid, 'SIGKILL')
  }
}

/** A sink that kills the process, once, when sinks are to commit the last checkpoint, and leaves a file as a mark. */
export function killer(marker: string): SinkSpec<unknown> {
  return sink.from({ kind: 'killer', create: () => new Killer(marker) })
}
