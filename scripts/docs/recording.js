/** `npm run build && node scripts/docs/recording.js`: records docs/dashboard.webp: a job that crashes and goes on, is looked at, and rescaled. Needs a Chromium, which also encodes the pictures. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch } from '../../dist/src/index.js'
import board from '../../dist/test/full/ui/jobs/board.js'
import { startChromium } from '../../dist/test/full/ui/chromium.js'
import { animatedWebp } from './animated-webp.js'
import { ROOT } from './pages.js'

const SIZE = { width: 1000, height: 700 }
const QUALITY = 0.55
const FRAME_MS = 500

const dir = mkdtempSync(join(tmpdir(), 'millrace-recording-'))
const crash = { row: 170_000, marker: join(dir, 'crashed') }
const run = await launch(board, { workers: 2, latencyMarkersMs: 100, config: { rate: 60_000, crash } })
const browser = await startChromium()
try {
  const { url } = await run.serveUi()
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' })
  const encoder = await browser.newPage()
  await page.goto(url)
  await page.locator('svg .task').first().waitFor()
  const shots = []
  const film = async (frames) => {
    for (let frame = 0; frame < frames; frame++) {
      const began = performance.now()
      shots.push(await page.screenshot())
      await page.waitForTimeout(Math.max(0, FRAME_MS - (performance.now() - began)))
    }
  }
  const scrollTo = (selector) =>
    page
      .locator(selector)
      .first()
      .evaluate((node) => node.scrollIntoView({ behavior: 'instant', block: 'start' }))
  await film(18)
  await scrollTo('.events')
  await page.locator('.events .failure summary').first().click()
  await film(5)
  await page.evaluate(() => window.scrollTo(0, 0))
  await page.locator('svg .task', { hasText: 'totals' }).last().click()
  await film(5)
  await page.getByRole('button', { name: 'Rescale' }).click()
  await film(2)
  await page.locator('dialog input').fill('4')
  await film(2)
  await page.keyboard.press('Enter')
  await film(8)
  const frames = []
  for (const shot of shots) frames.push({ webp: await encoded(encoder, shot), ms: FRAME_MS })
  const bytes = animatedWebp(frames, SIZE.width, SIZE.height)
  writeFileSync(join(ROOT, 'docs', 'dashboard.webp'), bytes)
  process.stdout.write(`${frames.length} frames, ${bytes.length} bytes\n`)
} finally {
  await browser.close()
  await run.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function encoded(page, png) {
  const url = await page.evaluate(
    async ([text, quality]) => {
      const image = new Image()
      image.src = `data:image/png;base64,${text}`
      await image.decode()
      const canvas = document.createElement('canvas')
      ;[canvas.width, canvas.height] = [image.width, image.height]
      canvas.getContext('2d').drawImage(image, 0, 0)
      return canvas.toDataURL('image/webp', quality)
    },
    [png.toString('base64'), QUALITY],
  )
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}
