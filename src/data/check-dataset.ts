/**
 * Whether what somebody's own module gives is a dataset.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { type Dataset, features, inputRows, isRegression, isSequence, outputs, samples } from './dataset.ts'
import { DataFileError } from './errors.ts'
import type { Split } from './source.ts'
import { inMemory, type StoredRows } from './stored-rows.ts'
import type { TableReport } from './table/report.ts'

const count = z.int('expected a whole number of at least 1').min(1, 'expected a whole number of at least 1')

const figures = z.custom<Float64Array>(value => value instanceof Float64Array, 'expected a Float64Array, [features]')

const map = z.strictObject({ shift: figures, scale: figures })

const datasetSchema = z.strictObject(
  {
    name: z.string('expected a text').optional(),
    inputs: z.custom<Float32Array | StoredRows>(
      value => value instanceof Float32Array || isStoredRows(value),
      'expected a Float32Array, [samples, features]',
    ),
    maps: z.array(map, 'expected an array of maps').optional(),
    labels: z
      .custom<Int32Array>(value => value instanceof Int32Array, 'expected an Int32Array, [samples, targets]')
      .optional(),
    values: z
      .custom<Float32Array>(value => value instanceof Float32Array, 'expected a Float32Array, [samples, outputs]')
      .optional(),
    outputs: count.optional(),
    valueMap: map.optional(),
    shape: z.array(count, 'expected an array, the shape of one sample, such as [28, 28, 1]').min(1, 'expected a size'),
    // 0 of a regression, which may also leave it out.
    classes: z.union([count, z.literal(0)], 'expected a whole number of at least 1').optional(),
    classNames: z.array(z.string('expected a text'), 'expected an array of texts').optional(),
    // Of a dataset that was loaded from another source.
    lines: z.custom<Int32Array>(value => value instanceof Int32Array, 'expected an Int32Array, [samples]').optional(),
    featureNames: z.array(z.string('expected a text'), 'expected an array of texts').optional(),
    targets: count.optional(),
  },
  {
    error: issue =>
      `${issue.code === 'unrecognized_keys' ? `unknown field ${issue.keys?.join(', ')}; ` : ''}expected a dataset: { inputs, labels, shape, classes }, or of a regression { inputs, values, outputs, shape }`,
  },
)

const splitSchema = z.strictObject({
  train: z.unknown(),
  test: z.unknown(),
  table: z.custom<TableReport>(value => value !== null && typeof value === 'object').optional(),
})

/** A dataset that was loaded from another source keeps its rows where they are. */
function isStoredRows(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'rows' in value && value.rows instanceof Int32Array
}

/**
 * @param file for messages
 * @param field where in what the file gives, for messages: `train`; empty for the whole
 * @param unnamed what the dataset is called where it has no name
 * @param mayMiss whether inputs may be missing, NaN, as in tables
 * @throws DataFileError naming the file and the field
 */
export function checkDataset(
  value: unknown,
  file: string,
  field: string,
  unnamed = `module:${file}`,
  mayMiss = false,
): Dataset {
  const parsed = datasetSchema.safeParse(value)
  const at = (...path: readonly PropertyKey[]) => {
    const full = [...(field === '' ? [] : [field]), ...path].join('.')
    return full === '' ? file : `${file}, field ${full}`
  }
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues
    throw new DataFileError(`${at(...path)}: ${message}`)
  }
  const { name = unnamed, ...rest } = parsed.data
  const refuse = (field: string, message: string) => new DataFileError(`${at(field)}: ${message}`)
  const dataset = { name, ...predicted(rest, refuse) } as Dataset
  const { labels, inputs, classes, shape, maps, classNames, targets } = dataset
  const wrongClass = (value: number) => !(Number.isInteger(value) && value >= 0 && value < classes)

  if (isRegression(dataset)) requireValues(dataset, refuse)
  if (!Number.isInteger(samples(dataset))) {
    throw new DataFileError(`${at('labels')}: found ${labels.length}; expected ${targets} for each sample`)
  }
  if (inputRows(dataset) !== samples(dataset)) {
    throw new DataFileError(
      `${at('inputs')}: found ${inMemory(inputs) ? `${inputs.length} numbers` : `${inputs.rows.length} rows`}; ` +
        `expected ${samples(dataset)} samples, as there are ${isRegression(dataset) ? 'values' : 'labels'}, of ${features(dataset)} numbers, as the shape [${shape.join(', ')}] says`,
    )
  }
  for (const [i, map] of (maps ?? []).entries()) {
    for (const [part, { length }] of Object.entries(map)) {
      if (length === features(dataset)) continue
      throw new DataFileError(
        `${at('maps', i, part)}: found ${length} numbers; expected ${features(dataset)}, one for each feature`,
      )
    }
  }
  if (classNames !== undefined && classNames.length !== classes) {
    throw new DataFileError(
      `${at('classNames')}: found ${classNames.length}; expected one for each of ${classes} classes`,
    )
  }
  const wrongLabel = labels.findIndex(wrongClass)
  if (wrongLabel >= 0) {
    throw new DataFileError(
      `${at('labels', wrongLabel)}: found ${labels[wrongLabel]}; expected 0 to ${classes - 1}, as there are ${classes} classes`,
    )
  }
  if (!inMemory(inputs)) return dataset
  const wrongInput = isSequence(dataset) ? inputs.findIndex(wrongClass) : firstNotFinite(inputs, mayMiss)
  if (wrongInput >= 0) {
    const expected = isSequence(dataset)
      ? `a symbol from 0 to ${classes - 1}, as samples with targets are sequences`
      : 'a finite number'
    throw new DataFileError(`${at('inputs', wrongInput)}: found ${inputs[wrongInput]}; expected ${expected}`)
  }
  return dataset
}

type Given = Omit<z.infer<typeof datasetSchema>, 'name'>

/** The dataset with what is to be predicted: labels, or of a regression values. */
function predicted(given: Given, refuse: (field: string, message: string) => DataFileError): Omit<Dataset, 'name'> {
  const { labels, classes, values, outputs, valueMap, classNames, targets, ...rest } = given
  if (values === undefined) {
    for (const [field, value] of Object.entries({ outputs, valueMap })) {
      if (value !== undefined) throw refuse(field, 'found without values, which it belongs to')
    }
    if (labels === undefined) throw refuse('labels', 'expected an Int32Array, [samples, targets]')
    if (classes === undefined || classes < 1) throw refuse('classes', 'expected a whole number of at least 1')
    const names = { ...(classNames && { classNames }), ...(targets !== undefined && { targets }) }
    return { ...rest, labels, classes, ...names }
  }
  const ofClasses = { labels: labels?.length || undefined, classes: classes || undefined, classNames, targets }
  for (const [field, value] of Object.entries(ofClasses)) {
    if (value !== undefined) throw refuse(field, 'found beside values; expected either labels with classes, or values')
  }
  return {
    ...rest,
    labels: new Int32Array(0),
    classes: 0,
    values,
    outputs: outputs ?? 1,
    ...(valueMap && { valueMap }),
  }
}

/** Refuses values that are not as many as outputs say, or no numbers. */
function requireValues(dataset: Dataset, refuse: (field: string, message: string) => DataFileError): void {
  const { values = new Float32Array(0), valueMap } = dataset
  const width = outputs(dataset)
  if (values.length % width !== 0) {
    throw refuse('values', `found ${values.length} numbers; expected ${width} for each sample, as outputs says`)
  }
  for (const [part, { length }] of Object.entries(valueMap ?? {})) {
    if (length !== width)
      throw refuse(`valueMap.${part}`, `found ${length} numbers; expected ${width}, one for each output`)
  }
  const wrong = firstNotFinite(values)
  if (wrong >= 0) throw refuse(`values.${wrong}`, `found ${values[wrong]}; expected a finite number`)
}

/** Its index, or −1: a loop, because `findIndex` takes a second where there are 10⁸. */
function firstNotFinite(values: Float32Array, mayMiss = false): number {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]) && !(mayMiss && Number.isNaN(values[i]))) return i
  }
  return -1
}

/**
 * A dataset that a program hands in, named `data` where it has no name.
 *
 * @throws DataFileError naming the field
 */
export function checkInMemory(split: Split): Split {
  return checkSplit(split, 'data', 'data')
}

/**
 * @param file for messages
 * @throws DataFileError naming the file and the field
 */
export function checkSplit(value: unknown, file: string, unnamed?: string): Split {
  const parsed = splitSchema.safeParse(value)
  if (!parsed.success) {
    const names = Object.keys(value as object).join(', ')
    throw new DataFileError(
      `${file}: found the fields ${names}; expected train and test, and of a table what loadDataset says of it`,
    )
  }
  const { table } = parsed.data
  const train = checkDataset(parsed.data.train, file, 'train', unnamed, table !== undefined)
  const test = checkDataset(parsed.data.test, file, 'test', unnamed, table !== undefined)
  for (const field of ['shape', 'classes', 'classNames', 'targets', 'outputs'] as const) {
    const [ofTrain, ofTest] = [JSON.stringify(train[field]), JSON.stringify(test[field])]
    if (ofTrain === ofTest) continue
    throw new DataFileError(`${file}, field test.${field}: found ${ofTest}; expected ${ofTrain}, as train has`)
  }
  for (const [field, dataset] of Object.entries({ train, test })) {
    if (samples(dataset) === 0)
      throw new DataFileError(`${file}, field ${field}: found no samples; expected at least one`)
  }
  return table === undefined ? { train, test } : { train, test, table }
}
