/** One process of startup.ts: prints milliseconds. */
import { extname } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { launch } from '../../src/index.ts'
import job from '../jobs/first-result.ts'

const WORKERS = 2
const here = (path: string): string => new URL(path + extname(import.meta.url), import.meta.url).href

async function millrace(): Promise<number> {
  const startMs = performance.now()
  const run = await launch(job, { workers: WORKERS })
  for await (const _ of run.outlet('first')) break
  const tookMs = performance.now() - startMs
  await run.stop()
  return tookMs
}

/** The same threads with the same modules, which then have nothing to do. */
async function bare(): Promise<number> {
  const startMs = performance.now()
  await Promise.all([thread({ role: 'storage' }), thread({ role: 'control' })])
  return performance.now() - startMs
}

function thread(data: { readonly role: string }): Promise<unknown> {
  const worker = new Worker(new URL(import.meta.url), { workerData: data })
  worker.unref()
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

async function onThread(role: string): Promise<void> {
  if (role === 'storage') await import(here('../../src/storage/storage-thread'))
  if (role === 'worker') await import(here('../../src/worker/entry'))
  if (role === 'control') {
    await import(here('../../src/control/thread-host'))
    await Promise.all(Array.from({ length: WORKERS }, () => thread({ role: 'worker' })))
  }
  parentPort!.postMessage('ready')
}

if (isMainThread) {
  console.log(await (process.argv[2] === 'bare' ? bare() : millrace()))
  process.exit()
} else await onThread((workerData as { role: string }).role)
