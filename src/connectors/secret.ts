/** A text, or a function that gives it whenever a connection is made: for what must not stand in the job's code. */
export type Secret = string | (() => string | Promise<string>)

export async function textOfSecret(secret: Secret): Promise<string> {
  return typeof secret === 'string' ? secret : secret()
}
