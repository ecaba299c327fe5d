import { checkOptions } from '../../app/launch-options.ts'
import { planJob } from '../../graph/plan.ts'
import type { BackendOption } from '../../graph/state-backend.ts'
import { configFrom } from '../config-values.ts'
import { jobConfig } from '../job-config.ts'
import { jobFromFile } from '../job-file.ts'
import { jsonBlock } from '../json-line.ts'
import { explain } from './explain.ts'
import { explainText } from './explain-text.ts'
import { graphMermaid } from './graph-mermaid.ts'
import { graphText } from './graph-text.ts'

interface ConfigFlags {
  readonly config: readonly string[]
  readonly configFile?: string
}

export interface GraphFlags extends ConfigFlags {
  readonly mermaid: boolean
}

/** The operators of a job, as text. */
export async function graphCommand(path: string, { mermaid, config, configFile }: GraphFlags): Promise<string> {
  const given = configFrom(configFile, config)
  const job = await jobFromFile(path)
  const raw = await jobConfig(job, given, config)
  const graph = await job.buildGraph(raw)
  return mermaid ? graphMermaid(graph) : graphText(graph)
}

export interface ExplainFlags extends ConfigFlags {
  readonly workers?: number
  readonly backend?: BackendOption
  readonly json: boolean
}

/** Who runs where on so many workers, and what bounds it. */
export async function explainCommand(path: string, { workers, backend, json, config, configFile }: ExplainFlags): Promise<string> {
  const given = configFrom(configFile, config)
  const job = await jobFromFile(path)
  const raw = await jobConfig(job, given, config)
  const { engine } = checkOptions({ ...(workers !== undefined && { workers }), ...(backend !== undefined && { backend }) })
  const explanation = explain(planJob(await job.buildGraph(raw), engine), engine)
  return json ? jsonBlock(explanation) : explainText(explanation)
}
