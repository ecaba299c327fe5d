/** The files of a new project: a job, its test, and how to run both. `language` decides between TypeScript, which is compiled to `built/`, and JavaScript. */

export type Language = 'typescript' | 'javascript'

export interface ProjectOptions {
  readonly name: string
  readonly language: Language
  /** Of this package, as npm takes it: a range of versions, or the path of a tarball. */
  readonly millrace: string
}

export type ProjectFiles = Readonly<Record<string, string>>

const JOB = (typed: boolean): string => `import { defineJob } from 'millrace'
${
  typed
    ? `
export interface Order {
  readonly shop: string
  readonly cents: number
}
`
    : ''
}
// Every thread imports this module, so nothing but the job belongs into it.
export default defineJob(import.meta, {
  build: ({ source }) => {
    // Made up here: put your own source in their place.
    const make = (n${typed ? ': number' : ''})${typed ? ': Order' : ''} => ({ shop: \`shop \${n % 7}\`, cents: n % 100 })
    const orders = source.generate('orders', { count: 10_000, rowsPerSecond: 2_000, make })
    return { perShop: orders.keyBy('shop').sum('cents').toStream({ emit: 'final' }) }
  },
})
`

const TEST = (job: string): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runToEnd } from 'millrace/testing'
import job from '${job}'

test('each shop gets the sum of its orders', async () => {
  // The whole job on this thread, in virtual time: its five seconds take none.
  const { perShop } = await runToEnd(job)
  const expected = new Map()
  for (let n = 0; n < 10_000; n++) expected.set(\`shop \${n % 7}\`, (expected.get(\`shop \${n % 7}\`) ?? 0) + (n % 100))
  assert.deepEqual(new Map(perShop.map(({ key, sum }) => [key, sum])), expected)
})
`

const README = ({ name, language }: ProjectOptions, job: string): string => `# ${name}

A stream job on [millrace](https://www.npmjs.com/package/millrace).

\`\`\`sh
npm install
npm test            # the job on one thread, in virtual time
npm start           # on worker threads; its state is in ./state, and the next start goes on from there${language === 'javascript' ? '\nnpm run dev         # the same, and again with its state whenever the code changes' : ''}
\`\`\`

The job is in \`${language === 'typescript' ? 'src/job.ts' : 'job.js'}\`. \`npx millrace run ${job} --ui\` shows it in a browser, \`npx millrace ps\` and \`npx millrace stop\` are for another terminal.
`

export function projectFiles(options: ProjectOptions): ProjectFiles {
  return options.language === 'typescript' ? typescriptFiles(options) : javascriptFiles(options)
}

function javascriptFiles(options: ProjectOptions): ProjectFiles {
  const scripts = {
    start: 'millrace run job.js --state state',
    dev: 'millrace dev job.js --state state',
    test: 'node --test',
  }
  return {
    'package.json': manifest(options, scripts, {}),
    'job.js': JOB(false),
    'job.test.js': TEST('./job.js'),
    'README.md': README(options, 'job.js'),
    '.gitignore': 'node_modules/\nstate/\n',
  }
}

function typescriptFiles(options: ProjectOptions): ProjectFiles {
  const scripts = {
    build: 'tsc',
    start: 'tsc && millrace run built/job.js --state state',
    // Named: not every shell finds files by a pattern, and not every Node.js does.
    test: 'tsc && node --test built/job.test.js',
  }
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
    rootDir: 'src',
    outDir: 'built',
    types: ['node'],
  }
  return {
    'package.json': manifest(options, scripts, { '@types/node': '^20.19.0', typescript: '^5.9.0' }),
    'tsconfig.json': `${JSON.stringify({ compilerOptions, include: ['src'] }, null, 2)}\n`,
    'src/job.ts': JOB(true),
    'src/job.test.ts': TEST('./job.ts'),
    'README.md': README(options, 'built/job.js'),
    '.gitignore': 'node_modules/\nbuilt/\nstate/\n',
  }
}

function manifest(
  { name, millrace }: ProjectOptions,
  scripts: Readonly<Record<string, string>>,
  devDependencies: Readonly<Record<string, string>>,
): string {
  const made = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19.0' },
    scripts,
    dependencies: { millrace },
  }
  return `${JSON.stringify(Object.keys(devDependencies).length === 0 ? made : { ...made, devDependencies }, null, 2)}\n`
}
