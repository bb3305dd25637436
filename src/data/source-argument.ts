import { SourceError } from './errors.ts'

/** The part of a source behind its first colon: a path, and parameters after the last question mark. */
export interface SourceArgument {
  readonly path: string
  /** The value of a parameter, where it was given. */
  get(key: string): string | undefined
  /** The source as it was written, for messages. */
  readonly source: string
}

/**
 * @param form how the source is written
 * @param keys the parameters that it takes
 * @throws SourceError where there is no path, or a parameter that is not known or given twice
 */
export function parseSourceArgument(
  kind: string,
  argument: string,
  form: string,
  keys: readonly string[] = [],
): SourceArgument {
  const source = `${kind}:${argument}`
  const at = keys.length === 0 ? -1 : argument.lastIndexOf('?')
  const path = at < 0 ? argument : argument.slice(0, at)
  if (path === '') {
    throw new SourceError(`"${source}" names no ${form.includes(':DIR') ? 'folder' : 'file'}; expected ${form}`)
  }
  const query = new URLSearchParams(at < 0 ? '' : argument.slice(at + 1))
  for (const key of query.keys()) {
    if (!keys.includes(key)) {
      throw new SourceError(`"${source}" has the unknown parameter "${key}"; expected ${form}`)
    }
    if (query.getAll(key).length > 1) throw new SourceError(`"${source}" says ${key} twice; expected ${form}`)
  }
  return { path, source, get: key => query.get(key) ?? undefined }
}
