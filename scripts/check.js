/**
 * `npm run check`: format, lint, types, package, docs. `npm run check -- lint docs` runs only those.
 * Every part runs even when another has failed; the exit code is 1 if any did.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (name, ...args) => [join(root, 'node_modules', '.bin', name), ...args]
const node = (script, ...args) => [process.execPath, join(root, 'scripts', script), ...args]

const PARTS = {
  format: [bin('oxfmt', '--check')],
  lint: [bin('oxlint', '-c', 'oxlint.config.js')],
  types: [bin('tsc', '-p', 'tsconfig.json', '--noEmit'), bin('tsc', '-p', 'ui/tsconfig.json')],
  package: [
    node('prune-dist.js'),
    bin('tsc', '-p', 'tsconfig.json'),
    node('build-ui.js'),
    bin('publint', '--strict', '--pack', 'npm'),
    bin('attw', '--pack', '.', '--profile', 'esm-only'),
    bin('knip'),
  ],
  docs: [node('prune-dist.js'), bin('tsc', '-p', 'tsconfig.json'), node('docs/check.js')],
}

/** A stale or failing build fails everything after it, so the rest of a part is left out. */
function runPart(name) {
  const started = performance.now()
  let ok = true
  for (const [command, ...args] of PARTS[name]) {
    const { status, error } = spawnSync(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    if (error) process.stderr.write(`${command}: ${error.message}\n`)
    if (status === 0) continue
    ok = false
    if (command.endsWith('tsc')) break
  }
  return { name, ok, seconds: (performance.now() - started) / 1000 }
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in PARTS))
if (unknown.length > 0) {
  process.stderr.write(`check: no part named ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}\n`)
  process.exit(2)
}

const results = (asked.length > 0 ? asked : Object.keys(PARTS)).map((name) => {
  process.stdout.write(`\n-- check ${name}\n`)
  return runPart(name)
})
process.stdout.write('\n')
for (const { name, ok, seconds } of results)
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${seconds.toFixed(1)} s\n`)
process.exit(results.every(({ ok }) => ok) ? 0 : 1)
