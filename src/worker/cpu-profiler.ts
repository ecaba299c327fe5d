import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { dirname } from 'node:path'
import { MillraceError } from '../errors.ts'
import { makeDirectory } from '../core/make-directory.ts'

/** Takes CPU profiles of the thread that it is made on. */
export class CpuProfiler {
  #session: Session | null = null

  /** @throws MillraceError MR_OPTION_INVALID while a profile is being taken */
  async start(): Promise<void> {
    if (this.#session !== null) throw new MillraceError('MR_OPTION_INVALID', 'A profile is being taken already')
    const session = (this.#session = new Session())
    session.connect()
    await post(session, 'Profiler.enable')
    await post(session, 'Profiler.start')
  }

  /** Ends the profile and writes it to a file, with directories above it as needed. */
  async stop(path: string): Promise<void> {
    const session = this.#session
    this.#session = null
    if (session === null) throw new MillraceError('MR_OPTION_INVALID', 'No profile is being taken')
    try {
      const { profile } = (await post(session, 'Profiler.stop')) as { profile: object }
      makeDirectory(dirname(path))
      writeFileSync(path, JSON.stringify(profile))
    } finally {
      session.disconnect()
    }
  }
}

function post(session: Session, method: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    session.post(method, (error, result: unknown) => (error === null ? resolve(result) : reject(error))),
  )
}
