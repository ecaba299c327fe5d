import { MillraceError } from '../errors.ts'

export interface OptionalPackage<T> {
  /** As npm knows it. */
  readonly name: string
  /** What needs it, for the message: 'millrace/kafka'. */
  readonly neededBy: string
  /** Of each line of Node.js on which it runs the oldest, where that is newer than millrace's own: [[22, 22], [24, 6]]. It runs on all lines behind the last. */
  readonly node?: readonly (readonly [major: number, minor: number])[]
  readonly load: () => Promise<T>
}

/**
 * Loads a package that millrace does not install by itself, when an operator needs it.
 *
 * @throws MillraceError MR_PACKAGE_MISSING, with what to install
 */
export async function loadPackage<T>({ name, neededBy, node, load }: OptionalPackage<T>): Promise<T> {
  if (node !== undefined && !runsOn(node, process.versions.node)) {
    const lines = node.map((line) => line.join('.')).join(', ')
    const text = `${neededBy} needs the package ${name}, which runs on Node.js ${lines} or newer; this is ${process.versions.node}`
    throw new MillraceError('MR_PACKAGE_MISSING', text)
  }
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException | null)?.code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new MillraceError('MR_PACKAGE_MISSING', `${neededBy} needs the package ${name}, which is not installed: npm install ${name}`, {
      cause,
    })
  }
}

function runsOn(lines: readonly (readonly [major: number, minor: number])[], version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > Math.max(...lines.map(([line]) => line)) || lines.some(([line, from]) => line === major && minor >= from)
}
