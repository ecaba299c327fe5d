import { test } from 'vitest'
import { WINDOW_CASES } from './cases/window.ts'
import { runCase } from './run-case.ts'

test.each(WINDOW_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', (_, flinkCase) => runCase(flinkCase))
