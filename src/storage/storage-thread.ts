/**
 * The storage thread: takes chunks from every worker, and commits or drops them on control's order. It writes LMDB alone, so it must
 * never be terminated: it ends by itself when control says so, or when control's port closes because the control thread is gone.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { describeError, reviveError } from '../core/failure.ts'
import { openCheckpointStore } from './checkpoint-store.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import { ChunkBuffer } from './chunk-buffer.ts'
import type {
  ControlToStorage,
  ImportHead,
  ReadMessage,
  StorageOptions,
  StorageToControl,
  StorageToWorker,
  StoreMessage,
  WorkerToStorage,
} from './protocol.ts'
import { readSavepoint, readSavepointManifest, writeSavepoint } from './savepoint.ts'
import { prepareStateDir } from './state-dir.ts'
import { lockStateDir } from './state-lock.ts'
import type { StateLock } from './state-lock.ts'
import { TableService } from './tables/table-service.ts'
import { WorkingState } from './working-state/working-state.ts'

export class StorageThread {
  readonly #control: MessagePort
  readonly #options: StorageOptions
  readonly #buffer = new ChunkBuffer({
    write: (checkpoint, chunks) => this.#store!.staged.write(checkpoint, chunks),
    drop: (checkpoint) => this.#store?.staged.drop(checkpoint),
  })
  readonly #workers = new Map<number, MessagePort>()
  #lock: StateLock | undefined
  #store: CheckpointStore | undefined
  #working: WorkingState | undefined
  readonly #tables: TableService
  #closing = false

  constructor(control: MessagePort, options: StorageOptions) {
    this.#control = control
    this.#options = options
    // Checkpoints of which the manifest is damaged are not gone back to.
    this.#tables = new TableService(options.handshake, () => this.#store!.list()[0]?.id ?? 0)
  }

  /** Opens the directory, then serves until it is closed. */
  async run(): Promise<void> {
    const startedMs = performance.now()
    const { stateDir, retained, handshake, from } = this.#options
    // Orders that arrive while the directory is being opened wait in the port: it starts to flow with its first listener.
    this.#control.on('close', () => void this.#close())
    try {
      const dir = prepareStateDir(stateDir)
      this.#lock = await lockStateDir(dir)
      this.#store = openCheckpointStore({ dir, handshake, ...(retained !== undefined && { retained }) })
      this.#working = new WorkingState(
        dir,
        handshake,
        (snapshot) => this.#receive(snapshot),
        (answer) => this.#tell(answer),
      )
      const { firstId, lineage } = this.#store
      const savepoint = from === undefined ? null : await readSavepointManifest(from)
      this.#tell({
        type: 'opened',
        dir,
        firstId,
        lineage,
        checkpoints: this.#store.list(),
        damaged: this.#store.damaged,
        from: savepoint,
        tookMs: performance.now() - startedMs,
      })
      this.#control.on('message', (message: ControlToStorage) => this.#obey(message))
    } catch (error) {
      this.#tell({ type: 'open-failed', failure: describeError(error, { kind: 'storage' }) })
      await this.#close()
    }
  }

  #obey(message: ControlToStorage): void {
    switch (message.type) {
      case 'add-worker':
        this.#workers.get(message.worker)?.close()
        this.#workers.set(message.worker, message.port)
        message.port.on('message', (sent: WorkerToStorage) => this.#serve(message.port, sent))
        return
      case 'remove-worker':
        this.#workers.get(message.worker)?.close()
        this.#workers.delete(message.worker)
        return
      case 'attempt':
        this.#working?.startAttempt(message.attempt)
        this.#tables.startAttempt()
        return this.#buffer.startAttempt(message.attempt)
      case 'commit':
        return void this.#commit(message)
      case 'abort':
        this.#buffer.end(message.checkpoint)
        this.#store?.retire(message.checkpoint)
        return
      case 'finish':
        return this.#finish(message.checkpoint)
      case 'forget':
        return this.#forget()
      case 'forget-key':
        return void this.#forgetKey(message)
      case 'import':
        return void this.#import(message.head)
      case 'export':
        return void this.#export(message)
      case 'close':
        return void this.#close()
    }
  }

  #read(port: MessagePort, { request, checkpoint, keys }: ReadMessage): void {
    try {
      const { chunks, blocks } = this.#store!.read(checkpoint, new Set(keys))
      port.postMessage({ type: 'chunks', request, chunks } satisfies StorageToWorker, blocks as ArrayBuffer[])
    } catch (error) {
      port.postMessage({ type: 'read-failed', request, failure: describeError(error, { kind: 'storage' }) } satisfies StorageToWorker)
    }
  }

  #serve(port: MessagePort, message: WorkerToStorage): void {
    if (message.type === 'read') this.#read(port, message)
    else if (message.type === 'table-begin' || message.type === 'table-commit')
      this.#tables.serve(message, (answer) => port.postMessage(answer))
    else if (message.type !== 'store') this.#working!.serve(port, message)
    else if (this.#working?.expands(message) !== true) this.#receive(message)
  }

  #receive(message: StoreMessage): void {
    const answer = this.#buffer.receive(message)
    if (answer !== null) this.#tell(answer)
  }

  async #commit({ attempt, head, actors }: ControlToStorage & { type: 'commit' }): Promise<void> {
    const checkpoint = head.id
    try {
      const snapshots = this.#buffer.take(checkpoint, attempt, actors)
      const { manifest, bytes, tookMs } = await this.#store!.commit(head, snapshots)
      this.#working?.completed(checkpoint)
      this.#tell({ type: 'committed', attempt, manifest, bytes, tookMs })
    } catch (error) {
      this.#store?.staged.drop(checkpoint)
      this.#tell({ type: 'commit-failed', attempt, checkpoint, failure: describeError(error, { kind: 'storage', attempt }) })
    }
  }

  #finish(checkpoint: number): void {
    try {
      this.#serveWhatCame()
      if (this.#tables.failed !== null) throw reviveError(this.#tables.failed)
      this.#store!.finish(checkpoint)
      this.#tell({ type: 'finished', checkpoint })
    } catch (error) {
      this.#tell({ type: 'finish-failed', checkpoint, failure: describeError(error, { kind: 'storage' }) })
    }
  }

  /** What workers sent before control gave an order counts before it, though messages of different ports have no order among them. */
  #serveWhatCame(): void {
    for (const port of this.#workers.values()) {
      for (let sent = receiveMessageOnPort(port); sent !== undefined; sent = receiveMessageOnPort(port)) {
        this.#serve(port, sent.message as WorkerToStorage)
      }
    }
  }

  #forget(): void {
    try {
      this.#store!.forget()
      this.#tell({ type: 'forgotten' })
    } catch (error) {
      this.#tell({ type: 'open-failed', failure: describeError(error, { kind: 'storage' }) })
    }
  }

  async #forgetKey({ key, operator }: ControlToStorage & { type: 'forget-key' }): Promise<void> {
    try {
      const { forgetKey } = await import('./forget-in-store.ts')
      const report = forgetKey(this.#store!, key, operator)
      // What was removed before, by a command that was cut off, goes as well.
      await this.#store!.compact()
      this.#tell({ type: 'key-forgotten', report })
    } catch (error) {
      this.#tell({ type: 'forget-key-failed', failure: describeError(error, { kind: 'storage' }) })
    }
  }

  async #import(changes: ImportHead): Promise<void> {
    try {
      const { manifest, actors } = await readSavepoint(this.#options.from!)
      const { formatVersion: _, actors: __, ...head } = manifest
      this.#tell({ type: 'imported', manifest: (await this.#store!.commit({ ...head, ...changes }, actors)).manifest })
    } catch (error) {
      this.#tell({ type: 'open-failed', failure: describeError(error, { kind: 'storage' }) })
    }
  }

  async #export({ checkpoint, dir, request }: ControlToStorage & { type: 'export' }): Promise<void> {
    try {
      const { manifest, actors } = this.#store!.actorsOf(checkpoint)
      const written = await writeSavepoint(dir, manifest, actors, this.#options.handshake)
      this.#tell({ type: 'exported', request, ...written })
    } catch (error) {
      this.#tell({ type: 'export-failed', request, failure: describeError(error, { kind: 'storage' }) })
    }
  }

  async #close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#serveWhatCame()
    for (const port of this.#workers.values()) port.close()
    this.#working?.close()
    this.#tables.close()
    await this.#store?.close()
    await this.#lock?.release()
    this.#tell({ type: 'closed' })
    this.#control.close()
  }

  #tell(message: StorageToControl): void {
    this.#control.postMessage(message)
  }
}
