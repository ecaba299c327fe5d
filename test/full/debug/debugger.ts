import { EventEmitter, once } from 'node:events'
import { Session } from 'node:inspector'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/** A debugger's connection to one thread. Emits the thread's events by their names. */
export class DebuggedThread extends EventEmitter {
  readonly title: string
  readonly #send: (message: string) => void
  readonly #answers = new Map<number, (message: Message) => void>()
  #nextId = 1

  constructor(title: string, send: (message: string) => void) {
    super()
    this.title = title
    this.#send = send
  }

  async post(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.#nextId++
    const answered = new Promise<Message>((resolve) => this.#answers.set(id, resolve))
    this.#send(JSON.stringify({ id, method, params }))
    const { result, error } = await answered
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }

  receive(message: Message): void {
    if (message.method !== undefined) this.emit(message.method, message.params)
    else this.#answers.get(message.id!)?.(message)
  }
}

/** Attaches to every thread below this one, and below those, as developer tools do. Emits 'thread' for each. */
export class Debugger extends EventEmitter {
  readonly threads: DebuggedThread[] = []
  readonly #session = new Session()

  async attach(): Promise<void> {
    this.#session.connect()
    const post = (method: string, params: object): Promise<unknown> =>
      new Promise((resolve, reject) =>
        this.#session.post(method, params, (error, result) => (error === null ? resolve(result) : reject(error))),
      )
    this.#watch(post, (event, listener) => void this.#session.on(event, ({ params }: { params: never }) => listener(params)))
    await post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  }

  detach(): void {
    this.#session.disconnect()
  }

  /** The next thread to come of this title. */
  async thread(title: string): Promise<DebuggedThread> {
    for (;;) {
      const found = this.threads.find((thread) => thread.title.includes(title))
      if (found !== undefined) return found
      await once(this, 'thread')
    }
  }

  #watch(post: (method: string, params: object) => Promise<unknown>, on: (event: string, listener: (params: never) => void) => void): void {
    const bySession = new Map<string, DebuggedThread>()
    on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }: { sessionId: string; workerInfo: { title: string } }) => {
      const thread = new DebuggedThread(workerInfo.title, (message) => {
        post('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(() => {})
      })
      bySession.set(sessionId, thread)
      this.threads.push(thread)
      this.#watch(
        (method, params) => thread.post(method, params),
        (event, listener) => void thread.on(event, listener as (params: unknown) => void),
      )
      thread.post('NodeWorker.enable', { waitForDebuggerOnStart: false }).catch(() => {})
      this.emit('thread', thread)
    })
    on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }: { sessionId: string; message: string }) => {
      bySession.get(sessionId)?.receive(JSON.parse(message) as Message)
    })
  }
}
