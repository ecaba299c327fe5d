/**
 * The rooms of the project and what each may know: data flows down this list, imports point up it.
 * `imports` are folders of src/; src/errors.ts and src/limits.ts are open to all. `types` may be named, not run.
 * oxlint.config.js turns this table into rules; test/package/lint.test.ts proves that they fire.
 */
const ENGINE_FOUNDATION = ['core', 'codec', 'ring', 'state', 'time', 'channel', 'graph', 'actor']
const ENGINE = [...ENGINE_FOUNDATION, 'checkpoint', 'supervision', 'schedule', 'migration', 'connectors', 'observe']
const HOSTED = [...ENGINE, 'host', 'storage']

export const LAYERS = {
  core: { imports: [] },
  codec: { imports: ['core'] },
  ring: { imports: ['core'] },
  state: { imports: ['core', 'codec'] },
  time: { imports: ['core', 'state'] },
  channel: { imports: ['core', 'codec', 'ring', 'state'], types: ['actor'] },
  graph: { imports: ['core', 'state', 'time'], types: ['actor'] },
  actor: { imports: ['core', 'codec', 'ring', 'state', 'time', 'channel', 'graph'] },
  checkpoint: { imports: ['core'] },
  supervision: { imports: ['core'] },
  schedule: { imports: ['core', 'graph'] },
  migration: { imports: ['core', 'graph'] },
  connectors: { imports: ENGINE_FOUNDATION },
  observe: { imports: ENGINE_FOUNDATION, types: ['worker', 'control'] },
  host: { imports: [...ENGINE], types: ['storage'] },
  storage: { imports: ['core', 'codec', 'state', 'checkpoint', 'host'] },
  worker: { imports: HOSTED, types: ['control', 'app'], actors: true },
  ui: { imports: [...ENGINE], types: ['worker', 'control'] },
  control: { imports: [...HOSTED, 'worker', 'ui'], types: ['app'], actors: true },
  app: { imports: [...HOSTED, 'worker', 'ui', 'control'], actors: true },
  cli: { imports: [...HOSTED, 'worker', 'ui', 'control', 'app'] },
  testing: { imports: [...HOSTED, 'worker', 'ui', 'control', 'app', 'cli'], actors: true },
}

/** What actors/ may import from src/: the actor contract, and the words for errors and bounds. */
export const ACTORS = { imports: ['actor'] }

/** Folders of src/ that run on both hosts: they get clocks, randomness, threads and storage from the host. */
export const HOST_NEUTRAL = ENGINE

/** In folders that belong to one thread each: the files that run on both hosts, and those among them that do not. */
export const HOST_NEUTRAL_FILES = {
  worker: {
    files: ['src/worker/*.ts'],
    except: ['src/worker/{entry,loop,protocol,sync-console,cpu-profiler,pending-answers,stored-chunks,working-port,table-port}.ts'],
  },
  control: { files: ['src/control/{job-master,master-host,allocate,actor-names}.ts'], except: [] },
  app: { files: ['src/app/{app-endpoint,inlet,inlet-log,outlet,committed-frames,record-reader}.ts'], except: [] },
}

/** Files that are a host's side of the engine, so real clocks and threads are theirs. */
export const HOST_SIDE_FILES = ['src/core/clock.ts', 'src/ring/doorbell.ts']

/** The only files that may open LMDB: all run on the storage thread, or open the environment for reading only. */
export const LMDB_FILES = [
  'src/storage/lmdb/open.ts',
  'src/storage/environment.ts',
  'src/storage/working-state/working-environment.ts',
  'src/storage/tables/table-environment.ts',
]

/** Files of src/storage that write: nothing outside it imports them, so LMDB is never written off the storage thread. */
export const STORAGE_WRITERS = [
  'checkpoint-store',
  'chunk-buffer',
  'entry',
  'environment',
  'forget-in-store',
  'replace-database',
  'savepoint',
  'storage-thread',
  'stored-manifests',
]

/** Node modules and packages that only hosts and thread folders may import. */
export const HOST_MODULES = ['node:worker_threads', 'node:child_process', 'node:cluster', 'piscina', 'comlink']
