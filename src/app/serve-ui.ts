import { resolve } from 'node:path'
import { type CheckedUiOptions, type UiAddress, type UiOptions, checkUiOptions } from '../ui/ui-options.ts'

/** A dashboard that is served. */
export interface UiServer extends UiAddress {
  /** Ends it; the run goes on. */
  close(): Promise<void>
}

/** @throws MillraceError MR_OPTION_INVALID, MR_UI_REMOTE_REFUSED, MR_UI_PORT_UNUSABLE */
export async function serveUi(
  options: UiOptions,
  serve: (options: CheckedUiOptions) => Promise<UiAddress>,
  close: () => Promise<void>,
): Promise<UiServer> {
  const checked = checkUiOptions(options)
  const address = await serve({ ...checked, savepoints: resolve(checked.savepoints) })
  return { ...address, close }
}
