import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { expose, wrap } from 'comlink'
import type { Remote } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { allocateDoorbells } from '../control/allocate.ts'
import { within } from '../core/within.ts'
import type { AppEvents } from '../control/master-host.ts'
import type { ControlApi, ControlTask } from '../control/protocol.ts'
import { createJobBoard } from '../worker/job-board.ts'
import { SHUTDOWN_TIMEOUT_MS } from '../limits.ts'
import { type StorageHandshake, awaitStorageQuiet, createHandshake } from '../storage/handshake.ts'
import type { StorageOptions } from '../storage/protocol.ts'
import { InspectorWatch } from './inspector-watch.ts'
import type { ThreadEntries } from './thread-entries.ts'
import { threadFlags } from './thread-flags.ts'

/** One for all runs that are launched here. */
const BOARD = createJobBoard()

/** Told when a thread ends that should not, with its name and error. */
export type ThreadLost = (thread: 'control' | 'storage', cause: unknown) => void

export type ThreadSettings = Omit<ControlTask, 'doorbells' | 'board' | 'inspector' | 'storagePort' | 'appPort' | 'eventPort'>

/** The control and storage threads of a run, as the app thread holds them. Both start at once; neither needs this thread's event loop. */
export class RunThreads {
  readonly doorbells: SharedArrayBuffer
  readonly control: Remote<ControlApi>
  readonly stateDir: string
  readonly #control: Worker
  readonly #storage: Worker
  readonly #storageEnded: Promise<void>
  readonly #ports: readonly MessagePort[]
  readonly #eventPort: MessagePort
  readonly #handshake: StorageHandshake = createHandshake()
  readonly #temporary: boolean
  readonly #inspector = new InspectorWatch()
  readonly #onExit = (): void => this.#quiet()
  /** Before anybody wanted to know. */
  readonly #earlyLosses: Parameters<ThreadLost>[] = []
  #lost: ThreadLost = (...loss) => void this.#earlyLosses.push(loss)

  constructor(
    settings: ThreadSettings,
    entries: ThreadEntries,
    { stateDir, from, retained }: { readonly stateDir: string | undefined; readonly from: string | null; readonly retained: number },
  ) {
    this.#temporary = stateDir === undefined
    this.stateDir = stateDir ?? mkdtempSync(join(tmpdir(), 'millrace-'))
    this.doorbells = allocateDoorbells(settings.options.workers)
    const storage = new MessageChannel()
    const app = new MessageChannel()
    const event = new MessageChannel()
    this.#eventPort = event.port1
    this.#ports = [app.port1, event.port1]
    this.#storage = this.#startStorage(entries.storage, storage.port2, from, retained)
    this.#storageEnded = new Promise((resolve) => this.#storage.once('exit', () => resolve()))
    const task: ControlTask = {
      ...settings,
      doorbells: this.doorbells,
      board: BOARD,
      inspector: this.#inspector.memory,
      storagePort: storage.port1,
      appPort: app.port2,
      eventPort: event.port2,
    }
    this.#control = new Worker(new URL(entries.control), {
      name: 'millrace-control',
      workerData: task,
      execArgv: threadFlags(process.execArgv),
      transferList: [storage.port1, app.port2, event.port2],
    })
    this.#control.on('error', (error) => this.#lost('control', error))
    this.#control.on('exit', (code) => this.#lost('control', new Error(`the control thread exited with code ${code}`)))
    this.control = wrap<ControlApi>(nodeEndpoint(app.port1))
    process.once('exit', this.#onExit)
  }

  /** Tells what has happened so far, and what will. */
  attach(events: AppEvents, lost: ThreadLost): void {
    this.#lost = lost
    for (const loss of this.#earlyLosses.splice(0)) lost(...loss)
    expose(events, nodeEndpoint(this.#eventPort))
  }

  /** After the run has ended: the control thread has closed everything below it. */
  async close(): Promise<void> {
    this.#inspector.close()
    process.removeListener('exit', this.#onExit)
    this.#control.removeAllListeners()
    await this.#control.terminate()
    for (const port of this.#ports) port.close()
    this.#removeTemporary()
  }

  /** Another thread broke. Without the control thread, the storage thread finishes what it does, closes its directory and ends. */
  async abandon(): Promise<void> {
    this.#control.removeAllListeners()
    await this.#control.terminate()
    this.#storage.ref()
    await within(SHUTDOWN_TIMEOUT_MS, this.#storageEnded)
    this.#storage.unref()
    await this.close()
  }

  #startStorage(entry: string, controlPort: MessagePort, from: string | null, retained: number): Worker {
    const storage = new Worker(new URL(entry), {
      name: 'millrace-storage',
      workerData: {
        stateDir: this.stateDir,
        handshake: this.#handshake,
        controlPort,
        retained,
        ...(from !== null && { from }),
      } satisfies StorageOptions,
      execArgv: threadFlags(process.execArgv),
      transferList: [controlPort],
    })
    storage.on('error', (error) => this.#lost('storage', error))
    // It lives as long as the control thread wants it, which keeps the process alive already.
    storage.unref()
    return storage
  }

  #quiet(): void {
    awaitStorageQuiet(this.#handshake)
    this.#removeTemporary()
  }

  #removeTemporary(): void {
    if (!this.#temporary) return
    try {
      rmSync(this.stateDir, { recursive: true, force: true })
    } catch {
      // A file that somebody still holds open stays behind in the system's temporary folder.
    }
  }
}
