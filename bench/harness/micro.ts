import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'

/** Runs every file of bench/micro, or those that --only names, each in a fresh process with NODE_ENV=production. */
function main(args: readonly string[]): number {
  const extension = extname(import.meta.url)
  const folder = fileURLToPath(new URL('../micro/', import.meta.url))
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(extension) && !file.endsWith('.d.ts')) : []
  const names = files.map((file) => basename(file, extension)).toSorted()
  const command = new Command('npm run bench:micro --')
    .description('Runs the micro benches, each in a process of its own.')
    .option('--only <names>', `comma-separated, out of ${names.join(' ')}`)
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the options)')
    .exitOverride()
  let chosen = names
  try {
    command.parse(args, { from: 'user' })
    const { only } = command.opts<{ only?: string }>()
    if (only !== undefined) chosen = only.split(',').map((name) => name.trim())
    const unknown = chosen.find((name) => !names.includes(name))
    if (unknown !== undefined) command.error(`error: --only: "${unknown}" is not one of ${names.join(' ')}`)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
  let failed = 0
  for (const name of chosen) {
    console.log(`\n## ${name}\n`)
    const { status } = spawnSync(process.execPath, [folder + name + extension], {
      stdio: 'inherit',
      env: { ...process.env, NODE_ENV: 'production' },
    })
    if (status !== 0) {
      failed++
      console.error(`!!! FAILURE: ${name} ended with exit code ${status}`)
    }
  }
  return failed === 0 ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))
