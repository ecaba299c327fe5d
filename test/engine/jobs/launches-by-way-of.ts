import { isMainThread } from 'node:worker_threads'

// Only on threads, since the program that the test runs imports this job as well.
if (!isMainThread) await import('./launches-and-exits.ts')
