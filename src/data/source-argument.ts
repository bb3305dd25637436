import { nearest } from '../strict-options.ts'
import { SourceError } from './errors.ts'

/**
 * The part of a source behind its first colon: a path, and parameters after a question mark.
 *
 * In values every byte may be written as % and two digits, as in the address of a page; `&`, which separates parameters, has to be:
 * `%26`. A `+` is a plus, and a `%` that begins no such code is a per cent sign. A path is as it stands, but for `%3F`, a question mark
 * of the file's name, and `%25`, a per cent sign where one of these two is meant literally.
 */
export interface SourceArgument {
  readonly path: string
  /** The value of a parameter, where it was given. */
  get(key: string): string | undefined
  /** The values of one that may be given several times, or with commas; a comma within a value is `%2C`. */
  list(key: string): readonly string[] | undefined
  /** The source as it was written, for messages. */
  readonly source: string
}

/**
 * @param form how the source is written
 * @param keys the parameters that it takes
 * @param lists those of them that take several values
 * @throws SourceError where there is no path, or a parameter that is not known or given twice
 */
export function parseSourceArgument(
  kind: string,
  argument: string,
  form: string,
  keys: readonly string[] = [],
  lists: readonly string[] = [],
): SourceArgument {
  const source = `${kind}:${argument}`
  const at = queryStart(argument, keys)
  const path = readPath(argument.slice(0, at))
  if (path === '') {
    throw new SourceError(`"${source}" names no ${form.includes(':DIR') ? 'folder' : 'file'}; expected ${form}`)
  }
  const given = new Map<string, string[]>()
  for (const part of argument.slice(at + 1).split('&')) {
    if (part === '') continue
    const [, key, value = ''] = /^([^=]*)=?(.*)$/s.exec(part) as RegExpExecArray
    if (!keys.includes(key)) {
      const near = nearest(key, keys)
      const meant = near === undefined ? '' : `; did you mean ${near}?`
      throw new SourceError(`"${source}" has the unknown parameter "${key}"; expected ${form}${meant}`)
    }
    const before = given.get(key) ?? []
    if (before.length > 0 && !lists.includes(key)) {
      throw new SourceError(`"${source}" says ${key} twice; expected ${form}`)
    }
    given.set(key, [...before, ...(lists.includes(key) ? value.split(',') : [value])])
  }
  return {
    path,
    source,
    get: key => {
      const [value] = given.get(key) ?? []
      return value === undefined ? undefined : decoded(value)
    },
    list: key => given.get(key)?.map(decoded),
  }
}

/**
 * A source as text that {@link parseSourceArgument} reads back as it was given: the inverse. For a shell it still has to be quoted.
 *
 * @param parameters by key; a list is written with commas, and what is undefined is not
 */
export function writeSource(
  kind: string,
  path: string,
  parameters: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): string {
  const query = Object.entries(parameters).flatMap(([key, value]) => {
    if (value === undefined || (typeof value !== 'string' && value.length === 0)) return []
    const text = typeof value === 'string' ? encoded(value) : value.map(one => encoded(one, ',')).join(',')
    return [`${key}=${text}`]
  })
  const written = path.replace(/%(?=3f|25)/gi, '%25').replaceAll('?', '%3F')
  return `${kind}:${written}${query.length === 0 ? '' : `?${query.join('&')}`}`
}

/**
 * Where the parameters begin, or the argument's length. It is the last question mark before a known key, so that file names and values
 * (`missing=?`) may hold others; where there is none, the last one before what looks like a parameter, which will be refused by name.
 */
function queryStart(argument: string, keys: readonly string[]): number {
  if (keys.length === 0) return argument.length
  let looksLikeOne = argument.endsWith('?') ? argument.length - 1 : argument.length
  for (let at = argument.lastIndexOf('?'); at >= 0; at = at === 0 ? -1 : argument.lastIndexOf('?', at - 1)) {
    const key = /^[^=&]*/.exec(argument.slice(at + 1))?.[0] as string
    if (keys.includes(key)) return at
    const isWritten = /^[a-z]+$/i.test(key) && argument[at + 1 + key.length] === '='
    if (looksLikeOne === argument.length && isWritten) looksLikeOne = at
  }
  return looksLikeOne
}

const readPath = (path: string) => path.replace(/%(3f|25)/gi, code => decodeURIComponent(code))

/** A value without its codes. Those that are no UTF-8 stay as they are, and so does a % that begins none. */
function decoded(value: string): string {
  return value.replace(/(%[\da-f]{2})+/gi, codes => {
    try {
      return decodeURIComponent(codes)
    } catch {
      return codes
    }
  })
}

/** Only what would be read as something else is written as a code, so that names stay readable. */
function encoded(value: string, separator = ''): string {
  return [...value].map(letter => (`%&#?${separator}`.includes(letter) ? encodeURIComponent(letter) : letter)).join('')
}
