/**
 * The documents that programs exchange with hearsay, as JSON Schema (draft 2020-12), from the schemas by which they are read and typed.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { resultDocument } from '../../simulations/result-document.ts'
import { peerRuleNames } from '../../src/averaging/rules/registry.ts'
import { eventDocument } from '../../src/library/event-document.ts'
import { recipeSchema } from '../../src/recipe/recipe-fields.ts'

export type Schema = z.core.JSONSchema.JSONSchema

/** Bounds that every whole number of JavaScript has tell nobody anything. */
const SAFE = new Set<unknown>([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])

/** The place of the rule in the schema of a recipe. */
const RULE = 'properties.averaging.properties.rule'

/** As it is written: what has a default may be left out. */
function schemaOf(document: z.ZodType, title: string): Schema {
  const { $schema, ...schema } = z.toJSONSchema(document, {
    io: 'input',
    override({ jsonSchema, path }) {
      // Recipes know no rules: those are values, which say of themselves what can be done with them.
      if (path.join('.') === RULE) jsonSchema.examples = [...peerRuleNames]
      if (SAFE.has(jsonSchema.maximum)) delete jsonSchema.maximum
      if (SAFE.has(jsonSchema.minimum)) delete jsonSchema.minimum
      // What a date looks like is said by its format; the pattern is longer than all else.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
  return { $schema, title, ...schema }
}

/** By the names of their files in `schemas/`. */
export const schemas = {
  'recipe.json': schemaOf(recipeSchema, 'A recipe of hearsay'),
  'result.json': schemaOf(resultDocument, 'A result of hearsay'),
  'event.json': schemaOf(eventDocument, 'An event of hearsay'),
} as const satisfies Readonly<Record<string, Schema>>
