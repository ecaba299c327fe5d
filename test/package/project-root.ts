import { fileURLToPath } from 'node:url'

/** The folder of package.json, seen from dist/test/package/. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url))
