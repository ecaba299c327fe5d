import type { UiSubject } from '../ui/subject.ts'
import type { CheckedUiOptions, UiAddress } from '../ui/ui-options.ts'
import type { UiService } from '../ui/ui-service.ts'
import type { JobMaster } from './job-master.ts'

/** The dashboard of a run, which has at most one. Its server is loaded when it is asked for. */
export class UiHost {
  readonly #subjectOf: (master: JobMaster) => UiSubject
  /** One call after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #service: UiService | null = null

  constructor(subjectOf: (master: JobMaster) => UiSubject) {
    this.#subjectOf = subjectOf
  }

  /** @throws MillraceError MR_UI_PORT_UNUSABLE */
  serve(master: JobMaster, options: CheckedUiOptions): Promise<UiAddress> {
    return this.#next(async () => {
      await this.#end()
      const { UiService } = await import('../ui/ui-service.ts')
      this.#service = new UiService(this.#subjectOf(master), options)
      return this.#service.listen()
    })
  }

  close(): Promise<void> {
    return this.#next(() => this.#end())
  }

  async #end(): Promise<void> {
    await this.#service?.close()
    this.#service = null
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work)
    this.#last = done.catch(() => {})
    return done
  }
}
