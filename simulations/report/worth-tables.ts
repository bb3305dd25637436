import type { Classification, Figures, Regression } from '../../src/worth/figures.ts'
import { count, counted, magnitude, percent } from './figures.ts'
import type { PageTable } from './page.ts'

/** Classes, or outputs, whose table is shown unfolded, and the confusion of so many classes with it. */
const MOST_UNFOLDED = 12

/** What the merged model is worth, and what it makes of each class or output; no tables where nothing was counted. */
export function worthTables(figures: Figures | undefined): PageTable[] {
  if (figures === undefined) return []
  const title = `What the merged model is worth, on ${counted(figures.samples, 'test sample')}`
  return figures.kind === 'classes'
    ? [{ title, rows: summaryOf(figures) }, classTable(figures)]
    : [{ title, rows: [['R²', coefficient(figures.r2)]] }, outputTable(figures)]
}

function summaryOf({ accuracy, baseline, balancedAccuracy, macroF1, rocAuc }: Classification): string[][] {
  return [
    ['accuracy', percent(accuracy)],
    ['always the largest class', percent(baseline)],
    ['balanced accuracy', percent(balancedAccuracy)],
    ['macro F1', percent(macroF1)],
    ...(rocAuc === undefined ? [] : [['ROC AUC', coefficient(rocAuc)]]),
  ]
}

function classTable({ classes, confusion }: Classification): PageTable {
  const isSmall = classes.length <= MOST_UNFOLDED
  const said = isSmall ? confusion : undefined
  return {
    title: said === undefined ? 'Each class' : 'Each class, and what its test samples were taken for',
    columns: [
      'class',
      'precision',
      'recall',
      'F1',
      'support',
      ...(said === undefined ? [] : classes.map(({ name }) => `said ${name}`)),
    ],
    rows: classes.map(({ name, precision, recall, f1, support }, index) => [
      name,
      percent(precision),
      percent(recall),
      percent(f1),
      count(support),
      ...(said?.[index].map(count) ?? []),
    ]),
    folded: !isSmall,
  }
}

function outputTable({ outputs }: Regression): PageTable {
  return {
    title: 'Each output, in the units of the data',
    columns: ['output', 'R²', 'RMSE', 'always the mean', 'MAE', 'always the mean'],
    rows: outputs.map(({ name, r2, rmse, mae, baseline }) => [
      name,
      coefficient(r2),
      ...[rmse, baseline.rmse, mae, baseline.mae].map(value => (value === null ? '–' : magnitude(value))),
    ]),
    folded: outputs.length > MOST_UNFOLDED,
  }
}

function coefficient(value: number | null): string {
  return value === null ? '–' : value.toFixed(3)
}
