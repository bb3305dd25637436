/**
 * What a model is worth, as people read it: one block, however much is known.
 *
 * @packageDocumentation
 */

import { stripVTControlCharacters, styleText } from 'node:util'
import {
  type Classification,
  type Figures,
  type JudgedTogether,
  type Recipe,
  type Regression,
  type RunResult,
  remarksOn,
} from '../src/index.ts'
import { PROSE_WIDTH, wrap } from './prose.ts'
import { amount, coefficient } from './quality.ts'
import { type Column, drawFacts, drawTable } from './table.ts'
import { count, counted, percent } from './words.ts'

/** Classes, or outputs, that a table shows: the rest are in the file of `--out`. */
const MOST_SHOWN = 10

/** Classes up to which their confusion is shown, beside the figures where it fits there. */
const MOST_CONFUSED = 4

/** Characters of a name in a table. */
const MOST_CHARACTERS = 18

/**
 * @param figures of a language model only what is said of all characters together
 * @param stream decides whether there may be colours
 */
export function describeFigures(figures: Figures, stream: NodeJS.WriteStream, task?: string): string {
  const parts =
    figures.kind === 'values'
      ? [drawFacts(regressionFacts(figures), stream), drawOutputs(figures, stream)]
      : task === 'language'
        ? [drawFacts(classificationFacts(figures).slice(0, 1), stream)]
        : [drawFacts(classificationFacts(figures), stream), drawClasses(figures, stream)]
  const remarks = task === 'language' ? [] : remarksOn(figures)
  const said = remarks.map(remark => styleText('yellow', wrap(remark, '  '), { stream }))
  return [...parts, ...(said.length === 0 ? [] : [said.join('\n')])].filter(part => part !== '').join('\n\n')
}

/** The same of the model that a run ended with, as the lines of its own part of a summary: none where nothing is known of it. */
export function describeWorth({ recipe, final }: RunResult, what: string, stream: NodeJS.WriteStream): string[] {
  const figures = final.merged?.figures
  if (figures === undefined) return []
  const title = `  ${what}, on ${counted(figures.samples, 'test sample')} that nobody trained on:`
  return [title, describeFigures(figures, stream, recipe.objective.task), '']
}

/** The same of the common model of a peer, judged with others or by itself. */
export function describeJudged(judged: JudgedTogether, { objective }: Recipe, stream: NodeJS.WriteStream): string {
  const { figures, members } = judged
  if (figures === null) return ''
  const what = members === 1 && judged.of === 1 ? 'its model' : 'the common model'
  return `\n  ${what}, on ${describeTestSamples(judged)}:\n${describeFigures(figures, stream, objective.task)}\n`
}

/** `the 360 test samples of all 3 members` */
export function describeTestSamples({ samples, members, of }: Omit<JudgedTogether, 'figures'>): string {
  const these = samples === 1 ? 'the one test sample' : `the ${count(samples)} test samples`
  if (of === 1) return `${these} of its own`
  if (members === 2 && of === 2) return `${these} of both members`
  return members === of
    ? `${these} of all ${count(of)} members`
    : `${these} of ${count(members)} of ${count(of)} members`
}

/** `accuracy 95.2 % (always the largest class: 51.0 %)`, for a line of its own. */
export function summariseFigures(figures: Figures): string {
  if (figures.kind === 'classes') {
    return `accuracy ${percent(figures.accuracy)} (always the largest class: ${percent(figures.baseline)})`
  }
  const [first] = figures.outputs
  const r2 = `R² ${coefficient(figures.r2)}`
  if (figures.outputs.length > 1) return `${r2}, the mean of ${figures.outputs.length} outputs`
  return `${r2}, RMSE ${amount(first.rmse)} (always the mean: ${amount(first.baseline.rmse)})`
}

type Fact = [name: string, value: string, meaning: string]

function classificationFacts(figures: Classification): Fact[] {
  const { accuracy, baseline, balancedAccuracy, macroF1, rocAuc, scoreBins, classes } = figures
  const largest = classes.reduce((most, one) => (one.support > most.support ? one : most))
  const facts: Fact[] = [
    ['accuracy', percent(accuracy), `always the largest class, '${short(largest.name, 12)}': ${percent(baseline)}`],
    ['balanced accuracy', percent(balancedAccuracy), `the mean recall of the classes; macro F1 ${percent(macroF1)}`],
  ]
  if (rocAuc === undefined) return facts
  // Of the class that is looked for: that of a common one is high whatever the model does.
  const rarest = classes.reduce((least, one) => (one.support <= least.support ? one : least))
  return [
    ...facts,
    ['ROC AUC', coefficient(rocAuc), `from ${count(scoreBins ?? 0)} bins of the score, as the next`],
    ['average precision', coefficient(rarest.averagePrecision), `of '${short(rarest.name, 12)}', the rarer class`],
  ]
}

function regressionFacts({ outputs, r2 }: Regression): Fact[] {
  if (outputs.length > 1)
    return [['R²', coefficient(r2), `the mean of ${outputs.length} outputs; 0 is that of the mean`]]
  const [{ rmse, mae, baseline }] = outputs
  return [
    ['R²', coefficient(r2), '1 is exact; 0 is as good as always saying the mean'],
    ['RMSE', amount(rmse), `in the units of the data; always saying the mean: ${amount(baseline.rmse)}`],
    ['MAE', amount(mae), `always saying the mean: ${amount(baseline.mae)}`],
  ]
}

function drawClasses(figures: Classification, stream: NodeJS.WriteStream): string {
  const { classes, confusion } = figures
  const isWhole = classes.length <= MOST_SHOWN
  // The order of the classes where all are shown; else those first that are worst.
  const order = classes.map((one, index) => ({ ...one, index }))
  const shown = isWhole ? order : order.toSorted((a, b) => a.f1 - b.f1).slice(0, MOST_SHOWN)
  const said = confusion === undefined || classes.length > MOST_CONFUSED ? undefined : confusion
  const columns = [
    words(isWhole ? 'class' : `worst of ${count(classes.length)}`),
    ...['precision', 'recall', 'F1', 'support'].map(number),
  ]
  const rows = shown.map(({ name, precision, recall, f1, support }) => [
    short(name),
    percent(precision),
    percent(recall),
    percent(f1),
    count(support),
  ])
  const table = drawTable(columns, rows, stream)
  if (said === undefined) return table
  const titles = classes.map(({ name }) => number(`said ${short(name, 10)}`))
  const counts = shown.map(({ index }) => said[index].map(count))
  const beside = drawTable(
    [...columns, ...titles],
    rows.map((row, index) => [...row, ...counts[index]]),
    stream,
  )
  if (beside.split('\n').every(line => stripVTControlCharacters(line).length <= PROSE_WIDTH)) return beside
  const below = drawTable(
    [words('class'), ...titles],
    counts.map((row, index) => [short(shown[index].name), ...row]),
    stream,
  )
  return `${table}\n\n${below}`
}

const words = (title: string): Column => ({ title, align: 'left' })
const number = (title: string): Column => ({ title, align: 'right' })

function drawOutputs({ outputs }: Regression, stream: NodeJS.WriteStream): string {
  if (outputs.length === 1) return ''
  const titles = ['R²', 'RMSE', 'MAE', 'RMSE of the mean', 'MAE of the mean']
  const columns = [words('output'), ...titles.map(number)]
  const rows = outputs
    .slice(0, MOST_SHOWN)
    .map(({ name, rmse, mae, r2, baseline }) => [
      short(name),
      coefficient(r2),
      ...[rmse, mae, baseline.rmse, baseline.mae].map(amount),
    ])
  return drawTable(columns, rows, stream)
}

function short(name: string, most = MOST_CHARACTERS): string {
  return name.length > most ? `${name.slice(0, most - 1)}…` : name
}
