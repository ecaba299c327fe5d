/** Runs the job `liveness` for a while in a given situation and tells what it measured, as one line of JSON. */
const bareBytes = process.memoryUsage.rss()

const { launch } = await import('../../../src/index.ts')
const { COUNTER_BYTES, FIRST_TICK, RECORDS, default: job } = await import('../jobs/liveness.ts')

const [situation, secondsText = '5'] = process.argv.slice(2)
const ms = 1000 * Number(secondsText)
const counters = new SharedArrayBuffer(COUNTER_BYTES)
const words = new Int32Array(counters)
const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))
const common = { workers: 2, checkpointIntervalMs: 100 }

switch (situation) {
  case 'blocked':
    await blocked()
    break
  case 'idle':
    await idle()
    break
  case 'ticks-busy':
    await ticks('generate')
    break
  case 'ticks-idle':
    await ticks('inlet')
    break
  case 'slow-sink':
    await slowSink()
    break
}

function tell(measured: object): void {
  process.stdout.write(`${JSON.stringify(measured)}\n`)
}

/** The app thread turns in circles: the job must not notice. */
async function blocked(): Promise<void> {
  const run = await launch(job, { ...common, config: { from: 'generate', counters } })
  await sleep(1000)
  const sample = (): { atMs: number; records: number } => ({ atMs: performance.now(), records: Atomics.load(words, RECORDS) })
  const start = sample()
  await sleep(ms / 5)
  const free = sample()
  const { checkpoint: before } = await run.stats()
  const blockedFrom = sample()
  while (performance.now() - blockedFrom.atMs < ms);
  const blockedTo = sample()
  const { checkpoint: after } = await run.stats()
  await run.stop()
  const rate = (a: typeof start, b: typeof start): number => (b.records - a.records) / (b.atMs - a.atMs)
  tell({ freePerMs: rate(start, free), blockedPerMs: rate(blockedFrom, blockedTo), checkpoints: after - before })
}

async function idle(): Promise<void> {
  const run = await launch(job, { workers: 2, config: { from: 'inlet', counters } })
  await sleep(2000)
  const before = process.cpuUsage()
  await sleep(ms)
  const { user, system } = process.cpuUsage(before)
  const rssBytes = process.memoryUsage.rss()
  await run.stop()
  tell({ cpuShare: (user + system) / 1000 / ms, aboveBareMb: (rssBytes - bareBytes) / 2 ** 20 })
}

async function ticks(from: 'generate' | 'inlet'): Promise<void> {
  const run = await launch(job, { ...common, config: { from, counters } })
  let reference = 0
  setInterval(() => reference++, 50).unref()
  words.fill(0, FIRST_TICK, FIRST_TICK + 2)
  await sleep(ms)
  const seen = [...words.slice(FIRST_TICK, FIRST_TICK + 2)]
  await run.stop()
  tell({ seen, reference, records: words[RECORDS] })
}

/** Memory while a sink is far slower than its source. With a small young generation, which is full before long, so that what is left to grow is a leak. */
async function slowSink(): Promise<void> {
  await launch(job, {
    ...common,
    checkpointIntervalMs: 1000,
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
    config: { from: 'generate', counters, slowMs: 10 },
  })
  const samples: { second: number; rssMb: number }[] = []
  const startedMs = performance.now()
  while (performance.now() - startedMs < ms) {
    await sleep(250)
    samples.push({ second: (performance.now() - startedMs) / 1000, rssMb: process.memoryUsage.rss() / 2 ** 20 })
  }
  tell({ samples, records: words[RECORDS] })
  // The barrier of a stop would have to wait for all that is on its way to the sink.
  process.exit(0)
}
