#!/usr/bin/env node
/** The command `millrace`. */
import { execute } from './program.ts'

// Not process.exit(): threads that still write end by themselves, and every line is written when it is made.
process.exitCode = await execute(process.argv.slice(2))
