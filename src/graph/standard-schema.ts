import { describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'

/** The part of the Standard Schema v1 interface (standardschema.dev) that millrace uses. */
export interface StandardSchema<Output = unknown, Input = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
      }[]
    }

/** A field of the configuration that its schema does not accept. */
export interface ConfigIssue {
  /** Keys from the outside in; none for the configuration as a whole. */
  readonly path: readonly string[]
  readonly message: string
}

/** What a schema says against a configuration; nothing when it accepts it. */
export async function configIssues(schema: StandardSchema | undefined, raw: unknown, jobName: string): Promise<readonly ConfigIssue[]> {
  if (schema === undefined) return []
  const { issues } = await validate(schema, raw ?? {}, jobName)
  return (issues ?? []).map(({ path, message }) => ({
    path: (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)),
    message,
  }))
}

/**
 * Validates and completes a job's configuration.
 *
 * @throws MillraceError MR_CONFIG_INVALID listing every field that is wrong.
 */
export async function parseConfig<C>(schema: StandardSchema<C, unknown> | undefined, raw: unknown, jobName: string): Promise<C> {
  if (schema === undefined) return (raw ?? {}) as C
  const result = await validate(schema, raw ?? {}, jobName)
  if (result.issues === undefined) return result.value
  const lines = (await configIssues(schema, raw, jobName)).map(({ path, message }) => `  ${path.join('.') || '(config)'}: ${message}`)
  throw new MillraceError('MR_CONFIG_INVALID', `The configuration of job "${jobName}" is not valid:\n${lines.join('\n')}`)
}

/** A schema may throw, from a refinement of the user for example. */
async function validate<C>(schema: StandardSchema<C>, raw: unknown, jobName: string): Promise<SchemaResult<C>> {
  try {
    return await schema['~standard'].validate(raw)
  } catch (cause) {
    throw new MillraceError('MR_CONFIG_INVALID', `The configuration schema of job "${jobName}" threw ${describeError(cause).message}`, {
      cause,
    })
  }
}
