import { test } from 'vitest'
import { SESSION_CASES } from './cases/session.ts'
import { runCase } from './run-case.ts'

test.each(SESSION_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', (_, flinkCase) => runCase(flinkCase))
