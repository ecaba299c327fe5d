/** Plays the control thread and the workers towards a real storage thread. */
import { MessageChannel, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { Chunk, ManifestHead } from '../../src/checkpoint/manifest.ts'
import { createHandshake } from '../../src/storage/handshake.ts'
import type { CommitActor, ControlToStorage, StorageToControl, StoreMessage } from '../../src/storage/protocol.ts'
import { sendStore } from '../../src/storage/protocol.ts'

type Answer<T extends StorageToControl['type']> = StorageToControl & { type: T }

export class StorageClient {
  readonly handshake = createHandshake()
  readonly thread: Worker
  readonly ended: Promise<number>
  readonly #control: MessagePort
  readonly #answers: StorageToControl[] = []
  #wake = (): void => undefined

  constructor(stateDir: string, retained = 2) {
    const { port1, port2 } = new MessageChannel()
    this.#control = port1
    this.thread = new Worker(new URL('../../src/storage/entry.js', import.meta.url), {
      workerData: { stateDir, retained, handshake: this.handshake, controlPort: port2 },
      transferList: [port2],
    })
    this.ended = new Promise((resolve, reject) => this.thread.once('exit', resolve).once('error', reject))
    port1.on('message', (answer: StorageToControl) => {
      this.#answers.push(answer)
      this.#wake()
    })
  }

  tell(message: ControlToStorage, transfer: MessagePort[] = []): void {
    this.#control.postMessage(message, transfer)
  }

  /** Next answer of this type; others that came before it are skipped. */
  async next<T extends StorageToControl['type']>(type: T): Promise<Answer<T>> {
    for (;;) {
      const answer = this.#answers.shift()
      if (answer?.type === type) return answer as Answer<T>
      if (!answer) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Answers that have come and were not asked for. */
  get waiting(): readonly StorageToControl['type'][] {
    return this.#answers.map(({ type }) => type)
  }

  addWorker(worker: number): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.tell({ type: 'add-worker', worker, port: port2 }, [port2])
    port1.unref()
    return port1
  }

  commit(head: ManifestHead, attempt: number, actors: readonly CommitActor[]): void {
    this.tell({ type: 'commit', attempt, head, actors })
  }

  /** Answers once everything that was told before has been taken. */
  async roundTrip(): Promise<void> {
    this.commit({ id: 0 } as ManifestHead, -1, [])
    await this.next('commit-failed')
  }

  /** As when the control thread dies. */
  loseControl(): void {
    this.#control.close()
  }

  async close(): Promise<number> {
    this.tell({ type: 'close' })
    await this.next('closed')
    return this.ended
  }
}

export function store(port: MessagePort, checkpoint: number, attempt: number, actor: string, chunks: Chunk[], last = true): void {
  const [task, index] = actor.split('#') as [string, string]
  const message: StoreMessage = { type: 'store', attempt, checkpoint, task, index: Number(index), chunks, last }
  sendStore(port, message)
}

export function named(...actors: string[]): CommitActor[] {
  return actors.map((actor) => {
    const finished = actor.endsWith('!')
    const [task, index] = actor.replace('!', '').split('#') as [string, string]
    return { task, index: Number(index), finished }
  })
}
