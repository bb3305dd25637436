/**
 * What goes into an ONNX model, and how it becomes what the network was trained on.
 *
 * @packageDocumentation
 */

import type { AffineMap } from '../../data/affine-map.ts'
import { columnWidth, type TableColumn, type TableSchema } from '../../table/schema.ts'
import { elementNumber, type OnnxValue } from './encode-onnx.ts'
import { type Graph, listOf } from './graph.ts'

/** The size of a batch, which may be any. */
const BATCH = 'N'

/** One input for each column, of the same name. */
export function tableInputs({ columns, missing }: TableSchema): OnnxValue[] {
  return columns.map(column => ({
    name: column.name,
    type: column.kind === 'category' ? 'string' : 'double',
    shape: [BATCH, 1],
    description: describeColumn(column, missing),
  }))
}

function describeColumn(column: TableColumn, missing: readonly string[]): string {
  if (column.kind === 'category') {
    const values = column.values.map(value => JSON.stringify(value)).join(', ')
    const other = column.other ? '; any other text is one more value' : ''
    const absent = [...missing, ''].map(mark => JSON.stringify(mark)).join(', ')
    return `category: ${values}${other}${column.missing === 'value' ? `; missing: ${absent}` : ''}`
  }
  const what = { number: 'number', 'yes/no': '1 for yes, 0 for no', date: 'seconds since 1970-01-01T00:00:00Z' }
  return `${what[column.kind]}; NaN where it is missing`
}

/** One input of samples as they are. */
export function sampleInput(shape: readonly number[]): OnnxValue {
  return { name: 'x', type: 'float', shape: [BATCH, ...shape], description: 'samples, as hearsay reads them' }
}

/**
 * Columns as features: less their origins, in double, before they become float32, as hearsay reads a table.
 *
 * @returns the name of the features, `[N, features]`
 */
export function addColumns(graph: Graph, { columns, missing }: TableSchema): string {
  const parts = columns.map(column => (column.kind === 'category' ? addCategory(graph, column, missing) : column.name))
  const joined = parts.length === 1 ? parts[0] : graph.add('Concat', parts, { axis: 1 })
  const origins = columns.flatMap(column =>
    'origin' in column ? [column.origin] : Array.from({ length: columnWidth(column) }, () => 0),
  )
  const centred = graph.add('Sub', [joined, graph.constant([origins.length], Float64Array.from(origins))])
  return graph.add('Cast', [centred], { to: elementNumber('float') })
}

/** Numbers the values, and compares with all numbers: what has none, −1, is equal to nothing. */
function addCategory(
  graph: Graph,
  column: Extract<TableColumn, { kind: 'category' }>,
  missing: readonly string[],
): string {
  const { name, values, other } = column
  const width = columnWidth(column)
  const marks = column.missing === 'value' ? spellingsOf(missing).filter(mark => !values.includes(mark)) : []
  const numbers = graph.addText('LabelEncoder', [name], {
    keys_strings: [...values, ...marks],
    values_int64s: [...values.keys(), ...marks.map(() => width - 1)],
    default_int64: other ? values.length : -1,
  })
  const places = graph.constant(
    [1, width],
    BigInt64Array.from({ length: width }, (_, place) => BigInt(place)),
  )
  return graph.add('Cast', [graph.add('Equal', [numbers, places])], { to: elementNumber('double') })
}

/** What stands for a missing value: the empty text, and each mark as it is written, in small and in capital letters. */
function spellingsOf(missing: readonly string[]): string[] {
  return [...new Set(['', ...missing.flatMap(mark => [mark, mark.toLowerCase(), mark.toUpperCase()])])]
}

/**
 * Standardises, in double, as the samples were on which the model was trained; a missing number becomes 0, the mean.
 *
 * @param samples `[N, …shape]` of float32
 * @returns the name of the same
 */
export function addStandardisation(graph: Graph, samples: string, shape: readonly number[], map: AffineMap): string {
  const features = map.shift.length
  const flat = shape.length === 1 ? samples : graph.add('Reshape', [samples, listOf(graph, [-1, features])])
  const wide = graph.add('Cast', [flat], { to: elementNumber('double') })
  const shifted = graph.add('Sub', [wide, graph.constant([features], map.shift)])
  const scaled = graph.add('Div', [shifted, graph.constant([features], map.scale)])
  const mapped = graph.add('Cast', [scaled], { to: elementNumber('float') })
  const zero = graph.constant([], Float32Array.of(0))
  const known = graph.add('Where', [graph.add('IsNaN', [mapped]), zero, mapped])
  return shape.length === 1 ? known : graph.add('Reshape', [known, listOf(graph, [-1, ...shape])])
}
