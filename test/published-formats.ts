import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

type Schema = { readonly [keyword: string]: unknown }

/** A schema as it is published. */
export function published(name: 'recipe' | 'result' | 'event'): Schema {
  return JSON.parse(readFileSync(new URL(`../schemas/${name}.json`, import.meta.url), 'utf8'))
}

/** Reads the published schemas as somebody else would, by a validator that is not the one they were made with. */
export function createValidator(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    discriminator: false,
    formats: { 'date-time': true },
  })
  ajv.addSchema(published('recipe'), 'recipe.json')
  return ajv
}

/** The same schema, in which a field that it does not describe is a mistake. */
function withoutOthers(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutOthers)
  if (schema === null || typeof schema !== 'object') return schema
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutOthers(value)]))
  return inside.type === 'object' && 'properties' in inside ? { ...inside, additionalProperties: false } : inside
}

const compiled = new Map<string, ValidateFunction>()

function validatorOf(name: 'result' | 'event', event?: string): ValidateFunction {
  const key = `${name} ${event}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const schema = published(name)
  const lines = (schema.oneOf ?? []) as readonly Schema[]
  const one = event === undefined ? schema : lines.find(({ title }) => title === event)
  if (one === undefined) throw new Error(`no event ${event} is described`)
  const made = createValidator().compile(withoutOthers(one) as Schema)
  compiled.set(key, made)
  return made
}

/** @throws where a document is not described, down to its last field, by the published schema */
function requireDescribed(document: unknown, validate: ValidateFunction): void {
  if (validate(document)) return
  const [{ instancePath, message, params }] = validate.errors ?? []
  throw new Error(
    `not as published, at ${instancePath}: ${message} ${JSON.stringify(params)}\n${JSON.stringify(document).slice(0, 2_000)}`,
  )
}

/** @throws where a line of `peer --json` is not as published */
export function requireDescribedEvent(line: unknown): void {
  requireDescribed(line, validatorOf('event', (line as { event: string }).event))
}

/** @throws where a result is not as published */
export function requireDescribedResult(result: unknown): void {
  requireDescribed(result, validatorOf('result'))
}

/** What a command printed: each event and each result in it. @throws where one is not as published */
export function requireDescribedOutput(stdout: string): void {
  // One that was cut off in the middle of a line is not wrong.
  for (const line of stdout.split('\n').slice(0, -1)) {
    if (line.startsWith('{"event":')) requireDescribedEvent(JSON.parse(line))
  }
  if (stdout.startsWith('{\n  "hearsay": "1",\n  "recipe":') && stdout.endsWith('}\n')) {
    requireDescribedResult(JSON.parse(stdout))
  }
}
