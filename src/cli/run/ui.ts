import type { Run } from '../../app/run.ts'
import { MillraceError } from '../../errors.ts'
import type { UiOptions } from '../../ui/ui-options.ts'
import type { Reporter } from './run-event.ts'

/** Options of `millrace run` that are about the dashboard. */
export interface UiFlags {
  readonly ui: boolean
  readonly uiPort?: number
  readonly uiHost?: string
  readonly uiAllowRemote: boolean
  readonly uiAllowedHost: readonly string[]
  readonly uiSavepoints?: string
}

/** A token for all runs of a place, so that what scrapes metrics knows it: of the environment, since everybody can read command lines. */
const TOKEN_VARIABLE = 'MILLRACE_UI_TOKEN'

/** Any option about the dashboard asks for it. */
export function wantsUi({ ui, uiPort, uiHost, uiAllowRemote, uiAllowedHost, uiSavepoints }: UiFlags): boolean {
  return ui || uiAllowRemote || uiAllowedHost.length > 0 || [uiPort, uiHost, uiSavepoints].some((given) => given !== undefined)
}

export function uiOptions({ uiPort, uiHost, uiAllowRemote, uiAllowedHost, uiSavepoints }: UiFlags): UiOptions {
  const token = process.env[TOKEN_VARIABLE]
  return {
    allowRemote: uiAllowRemote,
    allowedHosts: uiAllowedHost,
    ...(uiPort !== undefined && { port: uiPort }),
    ...(uiHost !== undefined && { host: uiHost }),
    ...(uiSavepoints !== undefined && { savepoints: uiSavepoints }),
    ...(token !== undefined && token !== '' && { token }),
  }
}

/** Serves it and says where. A run that cannot have it is stopped: whoever asked for it relies on it. */
export async function serveUi(run: Run, options: UiOptions, reporter: Reporter): Promise<void> {
  try {
    const { url } = await run.serveUi(options)
    reporter.report({ event: 'ui', url })
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MR_RUN_ENDED') return
    await run.stop().catch(() => {})
    throw error
  }
}
