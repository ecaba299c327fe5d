/** Loads LMDB, also where code generation is forbidden. The order of these three is what matters. */
import './before.ts'
export { open } from 'lmdb'
import './after.ts'
