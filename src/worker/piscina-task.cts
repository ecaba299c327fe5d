/**
 * What Piscina starts a worker thread with. Piscina requires a module before it tries to import it, and Node.js aborts the whole process when a
 * thread is ended while it requires an ES module, as happens when the process exits while workers start. So it gets one that is none.
 */
module.exports = async function runPiscinaTask(task: import('./protocol.ts').WorkerTask): Promise<void> {
  const { default: runWorker } = await import('./entry.ts')
  await runWorker(task)
}
