import { setTimeout as sleep } from 'node:timers/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onlyKnown } from '../../core/known-options.ts'
import { systemClock } from '../../core/clock.ts'
import { definitionSite } from '../../graph/site.ts'
import { Room } from './body.ts'
import { Gate } from './gate.ts'
import { Intake, type Taking } from './intake.ts'
import { HTTP_DURABLE_LOOK_MS } from './limits.ts'
import { Refused, answerRefused, comeAgain } from './refused.ts'
import { type HttpIntakeOptions, INTAKE_OPTIONS, checkIntake } from './source.ts'
import { HOST_DEFAULT } from './server.ts'

/** The part of an inlet that a handler uses: `run.inlet(name)`. */
export interface RecordInlet<T> {
  /** Records that are durable. */
  readonly committed: number
  pushMany(records: readonly T[]): Promise<number>
}

/**
 * A handler of requests for a server of the app (node:http, express; in fastify on `request.raw` and `reply.raw`), which pushes what is posted into an inlet. `acknowledge: 'taken'` (its default) answers 202
 * when the inlet has the records: they survive every failure of the job but the end of the process. 'checkpoint' answers 200 when a complete checkpoint has them.
 * Routing, TLS and host are the server's business; token and origins are checked here where they are given.
 *
 * @throws MillraceError MR_OPTION_INVALID
 * @example
 * ```ts
 * createServer(httpHandler(run.inlet('orders'), { token: () => process.env['TOKEN']! })).listen(8080)
 * ```
 */
export function httpHandler<T>(
  inlet: RecordInlet<T>,
  options: HttpIntakeOptions<T> = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const site = definitionSite(httpHandler)
  onlyKnown('httpHandler', options, INTAKE_OPTIONS, site)
  const settings = checkIntake<T>('httpHandler', { acknowledge: 'taken', ...options }, HOST_DEFAULT, site)
  const room = new Room(settings.waitingBytes)
  const take = async ({ records, bytes }: Taking<T>): Promise<200 | 202> => {
    try {
      const end = records.length === 0 ? 0 : await pushed(inlet, records)
      if (settings.acknowledge === 'taken') return 202
      await durable(inlet, end, settings.acknowledgeMs)
      return 200
    } finally {
      room.give(bytes)
    }
  }
  let intake: Promise<Intake<T>> | null = null
  return (request, response) => {
    intake ??= Gate.open('httpHandler', options, 'POST').then(
      (gate) => new Intake(settings, gate, room, take),
      (thrown: unknown) => {
        // Where the token comes from may be there again with the next request.
        intake = null
        throw thrown
      },
    )
    intake.then((opened) => opened.serve(request, response, null)).catch((error: unknown) => answerRefused(response, error))
  }
}

async function pushed<T>(inlet: RecordInlet<T>, records: readonly T[]): Promise<number> {
  try {
    return await inlet.pushMany(records)
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    if (code === 'MR_RECORD_NOT_SERIALIZABLE' || code === 'MR_RECORD_TOO_LARGE') throw new Refused(400, message)
    throw comeAgain(503, 'The job has ended')
  }
}

async function durable<T>(inlet: RecordInlet<T>, end: number, withinMs: number): Promise<void> {
  const began = systemClock.monotonicMs()
  while (inlet.committed < end) {
    if (systemClock.monotonicMs() - began > withinMs) throw comeAgain(503, 'No checkpoint has these records yet: send them again')
    await sleep(HTTP_DURABLE_LOOK_MS)
  }
}
