import type { EChartsOption } from '../../charts/echarts.ts'

/** One picture of a report, and what it takes to read it. */
export interface Plot {
  readonly title: string
  /** Sentences that say what to look for. */
  readonly caption: string
  readonly option: EChartsOption
  /** The meaning of each line; beside the drawing, where words can flow. */
  readonly legend?: readonly LegendEntry[]
  /** A plot with two axes is wide; one that compares all with all is square. */
  readonly shape: 'wide' | 'square'
}

export interface LegendEntry {
  readonly name: string
  readonly colour: string
  readonly style: 'solid' | 'dashed' | 'dotted'
}
