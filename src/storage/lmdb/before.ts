import { compileFunction } from 'node:vm'
import { canGenerateCode } from '../../core/can-generate-code.ts'

/**
 * LMDB's coder of keys compiles a constant text of its own when it is loaded, which fails where code generation is forbidden
 * (ordered-binary 1.6, index.js). The one of its two ways that takes `Function` can be given `vm.compileFunction`, which is no string that
 * becomes code behind anybody's back: it is this text, while lmdb is loaded. That way is taken where `process.isBun` is set.
 */
export let restore: () => void = () => {}

if (!canGenerateCode()) {
  const { Function: before } = globalThis
  const globals = globalThis as { Function: unknown }
  const host = process as { isBun?: boolean }
  globals.Function = function (...texts: string[]): unknown {
    return compileFunction(texts.pop()!, texts)
  }
  host.isBun = true
  restore = () => {
    globals.Function = before
    delete host.isBun
  }
}
