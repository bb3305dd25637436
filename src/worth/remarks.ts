import type { Figures } from './figures.ts'

/** Classes that a sentence names. */
const MOST_NAMED = 5

/** Sentences on what the figures hide: classes that are never found, and where something stands as 0 because there is nothing to divide by. */
export function remarksOn(figures: Figures): string[] {
  if (figures.kind === 'values') {
    return figures.outputs
      .filter(({ r2 }) => r2 === null)
      .map(({ name }) => `R² of ${quoted(name)} needs two test samples, and there is ${figures.samples}`)
  }
  const { classes } = figures
  const unfound = classes.filter(({ support, recall }) => support > 0 && recall === 0)
  const without = classes.filter(({ support }) => support === 0)
  const unsaid = classes.filter(({ support, predicted }) => support > 0 && predicted === 0)
  const remarks = unfound.slice(0, MOST_NAMED).map(({ name, support }) => {
    if (support === 1) return `the only case of ${quoted(name)} is not found`
    return `none of the ${support.toLocaleString('en')} cases of ${quoted(name)} is found`
  })
  if (unfound.length > MOST_NAMED)
    remarks.push(`of ${unfound.length - MOST_NAMED} more classes no case is found either`)
  if (unsaid.length > 0) remarks.push(`the precision of ${listOf(unsaid)} stands as 0: no sample is taken for it`)
  if (without.length > 0) remarks.push(`the recall of ${listOf(without)} stands as 0: no test sample is of it`)
  return remarks
}

function listOf(classes: readonly { readonly name: string }[]): string {
  const named = classes.slice(0, MOST_NAMED).map(({ name }) => quoted(name))
  return classes.length > MOST_NAMED
    ? `${named.join(', ')} and ${classes.length - MOST_NAMED} more classes`
    : named.join(', ')
}

const quoted = (name: string) => `'${name}'`
