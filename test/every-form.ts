import { type Choices, formsOf, type ParametrisedIn } from '../src/catalogue.ts'

/**
 * Everything of one kind as it may be written, so that a suite leaves nothing out: what is plain as it is, and the rest with
 * each of these parameters, which the compiler asks for.
 */
export function everyForm<C extends Choices>(
  choices: C,
  parameters: Readonly<Record<ParametrisedIn<C>, readonly (number | string)[]>>,
): string[] {
  const plain = formsOf(choices).filter(form => !form.includes(':'))
  const others = Object.entries<readonly (number | string)[]>(parameters)
  return [...plain, ...others.flatMap(([name, values]) => values.map(value => `${name}:${value}`))]
}
