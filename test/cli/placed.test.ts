import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planCommand } from '../../src/cli/plan/plan-commands.ts'
import type { PlacedJob } from '../../src/cli/plan/placed.ts'
import { temporaryDir } from '../engine/run-job.ts'
import { job } from './spawn-command.ts'

const none = { config: [], json: false }

interface Printed {
  readonly taken: string
  readonly plans: readonly PlacedJob[]
}

async function printed(flags: object, of = 'placed'): Promise<Printed> {
  return JSON.parse(await planCommand(job(of), { ...none, workers: 4, ...flags, json: true })) as Printed
}

test('plan says who goes where and why, what each worker is asked for and which limit its heap has, in 80 columns', async () => {
  const text = await planCommand(job('placed'), { ...none, workers: 4, policy: 'priority' })
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(text).toMatch(/^placed on 4 workers: 4 cores, heap 1 GiB a worker\n\npolicy priority \(taken by launch\)\nworker 0/)
  expect(text).toContain('worker 0: cpu 0.9 of 1, heap 200 MiB of 992 MiB, limit 232 MB by its demands\n')
  expect(text).toMatch(/\n {2}model {2,}has a worker for itself\n/)
  expect(text).toMatch(/\n {2}score {2,}priority 10, in turn; worker 0 is for model only\n/)
  expect(text).toMatch(/\napp thread\n {2}sums\n {2}scored\n {2}model\n$/)
})

test('without a policy each is shown once, that of launch first, those that come to the same together', async () => {
  const { taken, plans } = await printed({})
  expect(taken).toBe('priority')
  expect(plans[0]!.policies[0]).toBe('priority')
  expect(plans.flatMap(({ policies }) => policies).toSorted()).toEqual(['demand', 'load', 'priority'])
  const orders = await printed({}, 'orders')
  expect(orders.plans.map(({ policies }) => policies)).toEqual([['demand', 'priority', 'load']])
  expect(orders.plans[0]!.actors.filter(({ thread }) => thread !== 'app').every(({ why }) => why === 'in turn')).toBe(true)
})

test('the Piscina option of each worker is in the plan', async () => {
  const { plans } = await printed({ policy: 'demand' })
  const limits = plans[0]!.workers.map(({ piscina }) => piscina.resourceLimits)
  expect(limits[0]).toEqual({ maxOldGenerationSizeMb: 232, maxYoungGenerationSizeMb: 48 })
  expect(limits.slice(1)).toEqual(Array.from({ length: 3 }, () => ({ maxYoungGenerationSizeMb: 96 })))
})

test('costs that were measured decide under the policy load; a file that holds none is refused', async () => {
  const costs = join(temporaryDir(), 'costs.json')
  writeFileSync(costs, JSON.stringify({ orders: [0.9, 0.1], 'per-shop': [0.5, 0.5] }))
  const { plans } = await printed({ workers: 2, policy: 'load', costs }, 'orders')
  const heaviest = plans[0]!.actors.find(({ name, index }) => name.startsWith('orders') && index === 0)!
  const beside = plans[0]!.actors.filter(({ thread, actor }) => thread === heaviest.thread && actor !== heaviest.actor)
  expect(beside).toMatchObject([{ name: expect.stringMatching(/^orders/), index: 1 }])
  writeFileSync(costs, '[]')
  await expect(printed({ costs })).rejects.toThrow(`--costs ${costs} does not hold a JSON object`)
})
