import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Run, type UiServer, launch } from '../../../src/index.ts'
import { readPageFile } from '../../../src/ui/page-files.ts'
import { NO_CHROMIUM, chromiumPath, startChromium } from './chromium.ts'
import board from './jobs/board.ts'

if (chromiumPath === null) process.stderr.write(`skipped: ${NO_CHROMIUM}\n`)

const LIMIT_MS = 120_000
/** With MILLRACE_SCREENSHOTS=docs the pictures of docs/dashboard.md are taken anew. */
const SCREENSHOTS = process.env['MILLRACE_SCREENSHOTS']

describe.skipIf(chromiumPath === null)(`the page in a real browser${chromiumPath === null ? ` (${NO_CHROMIUM})` : ''}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-ui-'))
  const complaints: string[] = []
  let [run, ui, browser, page] = [null as unknown as Run, null as unknown as UiServer, null as unknown as Browser, null as unknown as Page]

  const open = async (options: NonNullable<Parameters<Browser['newPage']>[0]>): Promise<Page> => {
    const opened = await browser.newPage(options)
    opened.setDefaultTimeout(LIMIT_MS)
    opened.on('pageerror', (error) => complaints.push(error.message))
    opened.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    await opened.goto(ui.url)
    await opened.locator('svg .task').first().waitFor()
    return opened
  }

  beforeAll(async () => {
    browser = await startChromium()
    const crash = { row: 40_000, marker: join(dir, 'crashed') }
    run = await launch(board, { workers: 2, latencyMarkersMs: 100, stateDir: join(dir, 'state'), config: { crash } })
    ui = await run.serveUi({ savepoints: join(dir, 'savepoints') })
    page = await open({ colorScheme: 'light', viewport: { width: 1280, height: 900 } })
  })

  afterAll(async () => {
    await browser?.close()
    await run?.stop().catch(() => {})
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
  })

  test('the page is small, and names nothing elsewhere that it would load', async () => {
    const files = await Promise.all((['index.html', 'page.js', 'page.css'] as const).map(readPageFile))
    expect(files.reduce((sum, text) => sum + gzipSync(text).length, 0)).toBeLessThanOrEqual(200 * 1024)
    expect(files[0] + files[2]).not.toMatch(/https?:|url\(/)
  })

  test('the graph has the tasks of the job with their operators, and records flow on its edges', async () => {
    const tasks = await page.locator('svg .task title').allTextContents()
    expect(tasks).toHaveLength(3)
    expect(tasks[0]).toMatch(/^orders \(generate\), board\.\w+:\d+:\d+\ncheck \(map\)/)
    expect(await page.locator('svg .edge').count()).toBe(2)
    await page.locator('svg .edge.flows').first().waitFor()
    await expect
      .poll(() => rates(page), { timeout: LIMIT_MS })
      .toSatisfy((all: number[]) => all.length === 2 && all.every((rate) => rate > 0))
    await page.locator('.chart canvas').first().waitFor()
  })

  test('a crash has a row with its stack, from where it began', async () => {
    const row = page.locator('.events .failure', { hasText: 'operator "price" failed' })
    await row.first().waitFor()
    await row.first().locator('summary').click()
    const stack = await row.first().locator('pre').textContent()
    expect(stack).toMatch(/^TypeError: the price list is broken\n {4}at .*board\.[jt]s/)
    await page.locator('.events li', { hasText: 'Attempt 2 runs' }).first().waitFor()
    await page.locator('h1', { hasText: 'running' }).waitFor()
  })

  test('a savepoint that is asked for by keyboard is on the disk', async () => {
    await page.getByRole('button', { name: 'Savepoint' }).focus()
    await page.keyboard.press('Enter')
    const told = page.locator('output', { hasText: /^Savepoint in / })
    await told.waitFor()
    const path = (await told.textContent())!.replace('Savepoint in ', '')
    expect(path.startsWith(join(dir, 'savepoints'))).toBe(true)
    expect(existsSync(join(path, 'checkpoints', 'data.mdb'))).toBe(true)
  })

  test('a task that is chosen by keyboard shows its instances, workers their actors with priorities, and the hot key is named', async () => {
    const task = page.locator('svg .task', { hasText: 'totals' }).last()
    await task.focus()
    await page.keyboard.press('Enter')
    const chosen = page.getByRole('region', { name: 'totals > forEachSink-3', exact: true })
    await expect.poll(() => chosen.locator('tbody tr').count(), { timeout: LIMIT_MS }).toBe(2)
    await expect.poll(() => page.locator('.actor.chosen', { hasText: 'priority 1' }).count(), { timeout: LIMIT_MS }).toBe(2)
    await page.getByRole('region', { name: 'Hot keys', exact: true }).locator('tbody th', { hasText: 'shop 7' }).first().waitFor()
    await page.keyboard.press(' ')
    await chosen.waitFor({ state: 'detached' })
  })

  test('an operator is rescaled, with its report; the graph follows, and colours when they are switched', async () => {
    await page.getByRole('button', { name: 'Rescale' }).click()
    await page.locator('dialog select').selectOption('totals')
    await page.locator('dialog input').fill('3')
    await page.keyboard.press('Enter')
    await page
      .locator('output', { hasText: /^“totals” runs in 3 instances, not 2, from checkpoint \d+ on: sources stood still for/ })
      .waitFor()
    await page.locator('svg .task .where', { hasText: '3 ×' }).waitFor()
    await page.locator('.events li', { hasText: '"totals" runs in 3 instances' }).first().waitFor()
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.getByRole('button', { name: 'Use dark colours' }).click()
    await expect.poll(ground, { timeout: LIMIT_MS }).not.toBe(light)
    await page.getByRole('button', { name: 'Use light colours' }).click()
    await expect.poll(ground, { timeout: LIMIT_MS }).toBe(light)
  })

  test('it fits a phone, follows the scheme of the system, and complains of nothing', async () => {
    const phone = await open({ colorScheme: 'dark', viewport: { width: 390, height: 844 } })
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    const ground = 'getComputedStyle(document.body).backgroundColor'
    expect(await phone.evaluate(ground)).not.toBe(await page.evaluate(ground))
    await phone.close()
    if (SCREENSHOTS !== undefined) await takeScreenshots(SCREENSHOTS)
    expect(complaints).toEqual([])
  })

  test('Stop asks first; Escape leaves the run alone, Stop ends it, and the page says so', async () => {
    const stop = page.getByRole('button', { name: 'Stop', exact: true }).first()
    await stop.focus()
    await page.keyboard.press('Enter')
    await page.locator('dialog[open]').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect((await run.stats()).state).toBe('running')
    await stop.click()
    await page.locator('dialog[open] button.danger').click()
    expect(await run.done).toMatchObject({ outcome: 'stopped', restarts: 1 })
    await page.locator('h1', { hasText: /stopped|not reachable/ }).waitFor()
  })

  async function takeScreenshots(folder: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      const shown = await open({ colorScheme, viewport: { width: 1280, height: 1240 } })
      // The charts want a few points of an even pace.
      await shown.waitForTimeout(colorScheme === 'light' ? 15_000 : 3_000)
      await shown.locator('svg .task', { hasText: 'totals' }).last().click()
      await shown.screenshot({ path: join(folder, `dashboard-${colorScheme}.png`) })
      await shown.close()
    }
  }
})

async function rates(page: Page): Promise<number[]> {
  const texts = await page.locator('svg .edge .rate').allTextContents()
  return texts.map((text) => Number.parseFloat(text))
}
