import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Job, LaunchOptions, RunResult } from '../../src/index.ts'
import { launch } from '../../src/index.ts'

type AnyJob = Job

/** A job of test/engine/jobs by its file name. */
export async function jobNamed(name: string): Promise<AnyJob> {
  const { default: job } = (await import(new URL(`./jobs/${name}.js`, import.meta.url).href)) as { default: AnyJob }
  return job
}

/** URL of a job module, for configurations. */
export function jobUrl(name: string): string {
  return new URL(`./jobs/${name}.js`, import.meta.url).href
}

/** Runs a job to its end and gives the records of one outlet. */
export async function collect<T>(job: AnyJob, options: LaunchOptions, outlet = 'result'): Promise<T[]> {
  const run = await launch(job, options)
  const records = (await run.outlet(outlet).collect()) as T[]
  await run.done
  return records
}

/** Runs a job without outlets to its end. */
export async function finish(job: AnyJob, options: LaunchOptions): Promise<RunResult> {
  return (await launch(job, options)).done
}

/** An empty directory, removed after the test. */
export function temporaryDir(): string {
  const dir = makeDir()
  onTestFinished(() => removeDir(dir))
  return dir
}

/** An empty directory, to be removed by the caller. */
export function makeDir(): string {
  return mkdtempSync(join(tmpdir(), 'millrace-engine-'))
}

export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
}
