/**
 * `docs/formats.md`, from the schemas.
 *
 * @packageDocumentation
 */

import { type Schema, schemas } from './schemas.ts'
import { tableOf } from './table.ts'

const NOTICE =
  '<!-- Written by `npm run formats` from the schemas in the code; a test compares. What is to be said otherwise is changed there. -->'

export function page(): string {
  const events = schemas['event.json'].oneOf as Schema[]
  return `${NOTICE}

# Formats

What hearsay reads and writes as JSON. Each format is a JSON Schema (draft 2020-12) in \`schemas/\` of the package, made from the schema by which
the program itself reads the document, or by which what it prints is typed.

| | |
| --- | --- |
| [\`hearsay/schemas/recipe.json\`](../schemas/recipe.json) | [a recipe](#the-recipe): what a swarm agrees on |
| [\`hearsay/schemas/result.json\`](../schemas/result.json) | [a result](#the-result): what \`simulate --out\` and \`swarm --out\` write, and \`--json\` prints |
| [\`hearsay/schemas/event.json\`](../schemas/event.json) | [an event](#the-events): a line of \`peer --json\` |

## In an editor

A recipe may say where its schema is; then an editor completes fields and names, explains them, and underlines what is wrong:

\`\`\`json
{
  "$schema": "./node_modules/hearsay/schemas/recipe.json",
  "model": { "name": "mlp:64" },
  "averaging": { "rule": "dpsgd" }
}
\`\`\`

\`$schema\` is no part of what peers agree on: the swarm's id is the same with it and without it, and wherever it leads. \`init\` does not write it,
because a recipe goes to machines where it would lead nowhere, and peers of versions before this one refuse it. Or the editor is told, as
Visual Studio Code in its \`settings.json\`, and the recipe says nothing:

\`\`\`json
{ "json.schemas": [{ "fileMatch": ["recipe.json"], "url": "./node_modules/hearsay/schemas/recipe.json" }] }
\`\`\`

The schema says what each field may hold by itself. The program also checks what fields mean together, and that it knows the names of models, rules,
topologies, aggregators and codecs, which a schema leaves open: \`hearsay inspect recipe.json\`.

## The recipe

${described('recipe.json')} Whatever is left out has its default; an empty object, \`{}\`, is a recipe. What is not a field is refused.

${tableOf(schemas['recipe.json'], ['$schema'])}

## The result

${described('result.json')} Required is what every version has written. Later versions may add fields; readers pass over those that they do not know.
JSON has neither infinities nor what is no number: they are null.

${tableOf(schemas['result.json'])}

## The events

\`hearsay peer --json\` prints a line of JSON for each event on standard output, and nothing else there. Every line has \`event\`, the name, and \`time\`,
when it happened in UTC, as \`2026-11-30T12:00:00.000Z\`. Later versions may add events and fields. In TypeScript a line is an \`EventLine\` of
\`hearsay\`.

${events.map(sectionOf).join('\n\n')}
`
}

function sectionOf(schema: Schema): string {
  const own = { ...schema, properties: { ...schema.properties } }
  delete own.properties.event
  delete own.properties.time
  const head = `### ${schema.title}\n\n${schema.description}`
  return Object.keys(own.properties).length === 0 ? head : `${head}\n\n${tableOf(own)}`
}

function described(name: keyof typeof schemas): string {
  return String(schemas[name].description)
}
