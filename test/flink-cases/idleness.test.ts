import { test } from 'vitest'
import { IDLENESS_CASES } from './cases/idleness.ts'
import { runCase } from './run-case.ts'

test.each(IDLENESS_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', (_, flinkCase) => runCase(flinkCase))
