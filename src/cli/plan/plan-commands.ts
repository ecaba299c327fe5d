import { checkOptions } from '../../app/launch-options.ts'
import { placeJob } from '../../schedule/place-job.ts'
import { PLACEMENT_POLICIES, type PlacementCosts, type PlacementPolicy } from '../../graph/placement-settings.ts'
import type { BackendOption } from '../../graph/state-backend.ts'
import { configFrom, jsonObject } from '../config-values.ts'
import { jobConfig } from '../job-config.ts'
import { jobFromFile } from '../job-file.ts'
import { jsonBlock } from '../json-line.ts'
import { explain } from './explain.ts'
import { explainText } from './explain-text.ts'
import { graphMermaid } from './graph-mermaid.ts'
import { graphText } from './graph-text.ts'
import { placedText } from './placed-text.ts'
import { placedJobs } from './placed.ts'

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
  const { engine, placement } = checkOptions({ ...(workers !== undefined && { workers }), ...(backend !== undefined && { backend }) }, job)
  const explanation = explain(placeJob(await job.buildGraph(raw), engine, placement), engine)
  return json ? jsonBlock(explanation) : explainText(explanation)
}

export interface PlanFlags extends ConfigFlags {
  readonly workers?: number
  readonly policy?: PlacementPolicy
  /** File with what `placementCosts` gave. */
  readonly costs?: string
  readonly json: boolean
}

/** Who goes where on so many workers and why: under one policy, or under each. */
export async function planCommand(path: string, { workers, policy, costs, json, config, configFile }: PlanFlags): Promise<string> {
  const given = configFrom(configFile, config)
  const measured = costs === undefined ? undefined : (jsonObject(costs, '--costs') as PlacementCosts)
  const job = await jobFromFile(path)
  const graph = await job.buildGraph(await jobConfig(job, given, config))
  const options = { ...(workers !== undefined && { workers }), ...(measured && { placement: { costs: measured } }) }
  const { engine, placement } = checkOptions(options, job)
  const taken = placement.policy
  const policies = policy === undefined ? [taken, ...PLACEMENT_POLICIES.filter((other) => other !== taken)] : [policy]
  const placed = placedJobs(policies.map((each) => placeJob(graph, engine, { ...placement, policy: each })))
  const { machine } = placement
  return json ? jsonBlock({ job: graph.jobName, taken, machine, plans: placed }) : placedText(graph.jobName, placed, taken, machine)
}
