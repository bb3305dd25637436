import type { EChartsOption } from 'echarts'

/** One picture of a report, and what it takes to read it. */
export interface Plot {
  readonly title: string
  /** What to look for, in sentences. */
  readonly caption: string
  readonly option: EChartsOption
  /** What each line is; beside the drawing, where words can flow. */
  readonly legend?: readonly LegendEntry[]
  /** What has two axes is wide; what compares all with all is square. */
  readonly shape: 'wide' | 'square'
}

export interface LegendEntry {
  readonly name: string
  readonly colour: string
  readonly style: 'solid' | 'dashed' | 'dotted'
}
