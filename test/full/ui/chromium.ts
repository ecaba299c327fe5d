import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where systems put it; MILLRACE_CHROMIUM names another place. */
const PLACES = [
  process.env['MILLRACE_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Null where there is none. */
export const chromiumPath: string | null = PLACES.find((place) => place !== undefined && existsSync(place)) ?? null

export const NO_CHROMIUM = 'no Chromium on this machine: install one (Debian: apt-get install chromium), or name it in MILLRACE_CHROMIUM'

export function startChromium(): Promise<Browser> {
  // Root, as in containers, has no sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: chromiumPath!, args, timeout: 180_000 })
}
