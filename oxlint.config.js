// A JavaScript configuration (run with `oxlint -c`), because the layering is a table: see scripts/lint/layers.js.
import {
  ACTORS,
  HOST_MODULES,
  HOST_NEUTRAL,
  HOST_NEUTRAL_FILES,
  HOST_SIDE_FILES,
  LAYERS,
  LMDB_FILES,
  STORAGE_WRITERS,
} from './scripts/lint/layers.js'

const ROOMS = Object.keys(LAYERS)
const TS_FILES = ['**/*.ts']
const SHIPPED = ['src/**/*.ts', 'actors/**/*.ts']

const LMDB = { name: 'lmdb', message: `LMDB is opened by ${LMDB_FILES.join(', ')} only: the storage thread is its only writer.` }
const SELF = { name: 'millrace', message: 'Inside the project, import the file itself.' }
const hostModules = (room) =>
  HOST_MODULES.map((name) => ({ name, message: `${room} runs on every host: ask the host interface (src/host) instead.` }))

const STORAGE = {
  regex: `^(\\.\\./)+(src/)?storage/(${STORAGE_WRITERS.join('|')})\\.ts$`,
  message: 'Only the storage thread writes LMDB: send to it (src/storage/protocol.ts), or read (src/storage/checkpoint-reader.ts).',
}

/** Forbids imports of `rooms`, from any depth; `prefix` stands between the dots and the room. */
function forbidRooms(rooms, prefix, message, allowTypeImports = false) {
  return rooms.length === 0 ? [] : [{ regex: `^(\\.\\./)+${prefix}(${rooms.join('|')})/`, message, allowTypeImports }]
}

function layerRule(room, { imports, types = [], actors = false }, files = [`src/${room}/**/*.ts`], neutral = HOST_NEUTRAL.includes(room)) {
  const below = new Set([room, ...imports])
  const message = `src/${room} may import: ${imports.join(', ') || 'no other folder'}${types.length > 0 ? `; types of: ${types.join(', ')}` : ''} (scripts/lint/layers.js).`
  const patterns = [
    ...forbidRooms(
      ROOMS.filter((other) => !below.has(other) && !types.includes(other)),
      '',
      message,
    ),
    ...forbidRooms(types, '', message, true),
    { regex: '^(\\.\\./)+index\\.ts$', message: 'src/index.ts is the way in for users: import the file itself.' },
    { regex: '^(\\.\\./)+(test|bench|examples|dist)/', message: 'Shipped code does not import tests, benchmarks, examples or the build.' },
    ...(room === 'storage' ? [] : [STORAGE]),
    ...(actors ? [] : [{ regex: '^(\\.\\./)+actors/', message: 'Actors are found through the registry, on the side of a host.' }]),
  ]
  const paths = [LMDB, SELF, ...(neutral ? hostModules(`src/${room}`) : [])]
  return { files, rules: { 'no-restricted-imports': ['error', { paths, patterns }] } }
}

const actorsMessage = `actors/ may import of src/ only: ${ACTORS.imports.join(', ')}, errors.ts and limits.ts (the actor contract; scripts/lint/layers.js).`
const actorsRule = {
  files: ['actors/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [LMDB, SELF, ...hostModules('actors/')],
        patterns: [
          ...forbidRooms(
            ROOMS.filter((room) => !ACTORS.imports.includes(room)),
            'src/',
            actorsMessage,
          ),
          { regex: '^(\\.\\./)+src/index\\.ts$', message: actorsMessage },
          { regex: '^(\\.\\./)+(test|bench|examples|dist)/', message: actorsMessage },
        ],
      },
    ],
  },
}

/** A job's threads, time and chance come from its host, so that one seed replays a failure. */
const CLOCKS = [
  { object: 'Date', property: 'now', message: 'Take the time from the host: Clock of src/core/clock.ts.' },
  { object: 'performance', property: 'now', message: 'Take the time from the host: Clock of src/core/clock.ts.' },
  { object: 'process', property: 'hrtime', message: 'Take the time from the host: Clock of src/core/clock.ts.' },
  { object: 'Math', property: 'random', message: 'Take chance from the host: a seeded generator of src/core.' },
]

export default {
  plugins: ['import', 'typescript', 'unicorn', 'oxc', 'promise', 'node', 'vitest'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error' },
  ignorePatterns: ['dist/**', 'node_modules/**', '**/*.d.ts'],
  rules: {
    eqeqeq: ['error', 'always'],
    'import/no-cycle': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/no-thenable': 'off',
    'unicorn/no-new-array': 'off',
    'unicorn/no-useless-spread': 'off',
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'assert*', 'fc.assert'] }],
    'vitest/no-conditional-expect': 'off',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'typescript/unbound-method': 'off',
    'typescript/no-misused-spread': 'off',
    'typescript/no-meaningless-void-operator': 'off',
    'typescript/no-base-to-string': 'off',
  },
  overrides: [
    {
      files: TS_FILES,
      rules: {
        'import/no-default-export': 'error',
        'typescript/consistent-type-imports': 'error',
        'typescript/no-explicit-any': 'error',
        'typescript/ban-ts-comment': 'error',
        'typescript/no-floating-promises': 'error',
        'typescript/no-misused-promises': 'error',
        'typescript/await-thenable': 'error',
        'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
        'typescript/only-throw-error': ['error', { allowThrowingUnknown: true }],
      },
    },
    {
      files: SHIPPED,
      rules: {
        'max-lines': ['error', { max: 350 }],
        'max-lines-per-function': ['error', { max: 70 }],
        'no-console': 'error',
      },
    },
    ...ROOMS.map((room) => layerRule(room, LAYERS[room])),
    ...Object.entries(HOST_NEUTRAL_FILES).map(([room, { files, except }]) => ({
      ...layerRule(room, LAYERS[room], files, true),
      excludeFiles: except,
    })),
    actorsRule,
    {
      files: [...HOST_NEUTRAL.map((room) => `src/${room}/**/*.ts`), 'src/host/simulation-host/**/*.ts', 'actors/**/*.ts'],
      excludeFiles: HOST_SIDE_FILES,
      rules: { 'no-restricted-properties': ['error', ...CLOCKS] },
    },
    ...Object.values(HOST_NEUTRAL_FILES).map(({ files, except }) => ({
      files,
      excludeFiles: except,
      rules: { 'no-restricted-properties': ['error', ...CLOCKS] },
    })),
    {
      files: ['src/host/simulation-host/**/*.ts'],
      rules: { 'no-restricted-imports': ['error', { paths: [LMDB, SELF, ...hostModules('The simulation host')] }] },
    },
    // Code is generated in files whose name says so.
    { files: ['src/**/*code*.ts'], rules: { 'typescript/no-implied-eval': 'off' } },
    { files: LMDB_FILES, rules: { 'no-restricted-imports': 'off' } },
    {
      files: ['examples/**/*.ts', '{bench,test}/**/*job*.ts', '{bench,test}/**/jobs/*.ts', '**/entry.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['examples/**/*.ts'],
      rules: {
        'no-restricted-imports': ['error', { patterns: forbidRooms(ROOMS, 'src/', 'Examples use what users have: the public index.') }],
      },
    },
  ],
}
