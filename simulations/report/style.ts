import { colourSheet } from './colours.ts'

/** How a report looks: on a screen, on a phone, on paper. */
export const style = `${colourSheet()}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; }
figure h2 { margin-top: 0; }
p, ul { max-width: 48rem; }
.partial { border-left: 4px solid var(--red); background: var(--panel); padding: .75rem 1rem; }
.plots { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.25rem; margin: 2rem 0; }
figure { margin: 0; padding: 1rem; border: 1px solid var(--rule); border-radius: 8px; min-width: 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
figure svg text { font-family: inherit; }
.legend { list-style: none; margin: 0 0 .25rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .8rem;
  max-width: none; }
.legend span { display: inline-block; width: 1.6rem; margin-right: .4rem; vertical-align: middle; }
figcaption { color: var(--faint); font-size: .875rem; margin-top: .5rem; }
.narrow { display: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th { font-weight: 600; color: var(--faint); white-space: nowrap; }
td.figure, th.figure { text-align: right; white-space: nowrap; }
td { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto;
  font: .85rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--faint); }
footer { margin-top: 3rem; color: var(--faint); font-size: .8rem; }
@media (max-width: 44rem) {
  body { padding: 1.25rem .9rem 3rem; }
  .plots { grid-template-columns: minmax(0, 1fr); }
  figure { padding: .75rem; }
  .wide { display: none; }
  .narrow { display: block; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  pre, figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  .wide { display: none; }
  .narrow { display: block; }
}
`
