import { MillraceError } from '../errors.ts'

export interface OptionalPackage<T> {
  /** As npm knows it. */
  readonly name: string
  /** What needs it, for the message: 'millrace/kafka'. */
  readonly neededBy: string
  /** Oldest Node.js that it runs on, where that is newer than millrace's own: [22, 22]. */
  readonly node?: readonly [major: number, minor: number]
  readonly load: () => Promise<T>
}

/**
 * Loads a package that millrace does not install by itself, when an operator needs it.
 *
 * @throws MillraceError MR_PACKAGE_MISSING, with what to install
 */
export async function loadPackage<T>({ name, neededBy, node, load }: OptionalPackage<T>): Promise<T> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (node !== undefined && (major < node[0] || (major === node[0] && minor < node[1]))) {
    const text = `${neededBy} needs the package ${name}, which runs on Node.js ${node[0]}.${node[1]} or newer; this is ${process.versions.node}`
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
