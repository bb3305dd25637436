/**
 * A JSON Schema as a table for people: a row for each field, by its path.
 *
 * @packageDocumentation
 */

import type { Schema } from './schemas.ts'

interface Field {
  readonly path: string
  readonly type: string
  /** What stands for one that is left out, as it would be written; or that none may be. */
  readonly absent: string
  readonly meaning: string
}

/** All fields of an object, with those inside of them. */
export function tableOf(schema: Schema, leaveOut: readonly string[] = []): string {
  const rows = fieldsOf(schema, '').filter(({ path }) => !leaveOut.includes(path))
  const cells = rows.map(({ path, type, absent, meaning }) => [`\`${path}\``, type, absent, meaning])
  return [['field', 'type', 'default', 'meaning'], ['---', '---', '---', '---'], ...cells]
    .map(row => `| ${row.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}

function fieldsOf(schema: Schema, prefix: string): Field[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const isRequired = schema.required?.includes(name) === true
    const own: Field = {
      path,
      type: typeOf(field),
      absent: isRequired ? 'required' : absentOf(field),
      meaning: field.description ?? lacking(path),
    }
    return [own, ...inside(field, path)]
  })
}

/** The fields in what a field holds: of an object, of the items of a list, of each form that they may have. */
function inside(field: Schema, path: string): Field[] {
  if (field.items !== undefined) return inside(field.items as Schema, `${path}[]`)
  const forms = objectsIn(field)
  if (forms.length < 2) return forms.flatMap(form => fieldsOf(form, `${path}.`))
  return forms.flatMap(form => {
    const [tag, value] = tagOf(form)
    const kind: Field = {
      path: `${path}.${tag}`,
      type: `\`"${value}"\``,
      absent: 'required',
      meaning: form.description ?? lacking(path),
    }
    return [kind, ...fieldsOf(form, `${path}.`).filter(({ path }) => path !== kind.path)]
  })
}

function objectsIn(schema: Schema): Schema[] {
  const forms = formsIn(schema)
  if (forms.length > 0) return forms.flatMap(objectsIn)
  return schema.type === 'object' ? [schema] : []
}

/** The field by whose constant forms differ. */
function tagOf(form: Schema): readonly [string, string] {
  for (const [name, { const: value }] of Object.entries(propertiesOf(form))) {
    if (value !== undefined) return [name, String(value)]
  }
  throw new Error(`nothing tells this form from others: ${JSON.stringify(form)}`)
}

function typeOf(schema: Schema): string {
  const forms = formsIn(schema)
  if (forms.length > 0) return [...new Set(forms.map(typeOf))].join(' or ')
  if (Array.isArray(schema.type)) return schema.type.map(type => typeOf({ ...schema, type } as Schema)).join(' or ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${JSON.stringify(value)}\``).join(', ')
  if (schema.$ref !== undefined) return `[\`${schema.$ref}\`](../schemas/${schema.$ref})`
  switch (schema.type) {
    case 'integer':
      return `whole number${bounds(schema)}`
    case 'number':
      return `number${bounds(schema)}`
    case 'array':
      return `list of: ${typeOf(schema.items as Schema)}`
    case 'string':
      return schema.examples === undefined ? 'text' : `text, as ${schema.examples.map(one => `\`${one}\``).join(', ')}`
    default:
      return String(schema.type)
  }
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const limits = [
    minimum === undefined ? [] : [`≥ ${minimum}`],
    exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`],
    maximum === undefined ? [] : [`≤ ${maximum}`],
    exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`],
  ].flat()
  return limits.length === 0 ? '' : ` ${limits.join(', ')}`
}

function absentOf({ default: value }: Schema): string {
  return value === undefined || JSON.stringify(value) === '{}' ? '' : `\`${JSON.stringify(value)}\``
}

function formsIn(schema: Schema): Schema[] {
  return (schema.anyOf ?? schema.oneOf ?? []) as Schema[]
}

function propertiesOf(schema: Schema): Record<string, Schema> {
  return (schema.properties ?? {}) as Record<string, Schema>
}

function lacking(path: string): never {
  throw new Error(`the field ${path} has no description`)
}
