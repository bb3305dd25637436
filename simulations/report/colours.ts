/**
 * The colours of a page, by name: what a name means depends on whether the reader has it light or dark, so plots hold names
 * and the page says what they are. The hues are those of Okabe and Ito, "Color Universal Design" (2008), which people with any
 * colour vision can tell apart; on dark they are lighter.
 *
 * @packageDocumentation
 */

const LIGHT = {
  paper: '#ffffff',
  ink: '#1d2530',
  faint: '#5a6573',
  rule: '#d9dee5',
  panel: '#f4f6f9',
  blue: '#0072b2',
  orange: '#c65102',
  green: '#00805d',
  purple: '#a8487f',
  sky: '#2c8fc9',
  gold: '#9a6b00',
  red: '#b3261e',
  grey: '#6b7684',
}

type Name = keyof typeof LIGHT

const DARK: Readonly<Record<Name, string>> = {
  paper: '#12171e',
  ink: '#e4e9f0',
  faint: '#9aa7b6',
  rule: '#323c49',
  panel: '#1b222c',
  blue: '#4fb0ea',
  orange: '#f0904f',
  green: '#2fc79b',
  purple: '#dd92bd',
  sky: '#8fd0f5',
  gold: '#e5b840',
  red: '#ff8a80',
  grey: '#9aa7b6',
}

/** A colour wherever CSS or SVG takes one. */
export function colour(name: Name): string {
  return `var(--${name})`
}

/** Colours of series that have no meaning of their own, in the order in which they are used. */
export const SERIES: readonly string[] = (
  ['blue', 'orange', 'green', 'purple', 'gold', 'sky', 'red', 'grey'] as const
).map(colour)

/**
 * Colours from little to much: real ones, since those between them are computed, and readable on light and on dark. They
 * are of the scale viridis (Smith and van der Walt 2015), which is even to the eye.
 */
export const SCALE: readonly string[] = ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725']

/** A drawing that stands by itself, on paper: with colours in place of names. */
export function onPaper(svg: string): string {
  return svg.replaceAll(/var\(--(\w+)\)/g, (_, name: Name) => LIGHT[name])
}

/** Says what the names are, on a screen that is light or dark and on paper. */
export function colourSheet(): string {
  return [
    `:root { color-scheme: light dark; ${declared(LIGHT)} }`,
    `@media screen and (prefers-color-scheme: dark) { :root { ${declared(DARK)} } }`,
  ].join('\n')
}

function declared(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ')
}
