import type { EChartsOption } from '../../charts/echarts.ts'

/** Pixels at which text is as large as that around it. */
export interface Size {
  readonly width: number
  readonly height: number
}

/**
 * Draws what ECharts describes as a picture that needs no program to be seen: it prints, it survives any mail filter, and a
 * page of ten of them opens at once.
 *
 * @returns an `<svg>` element that fits the width it is given
 */
export async function drawChart(option: EChartsOption, { width, height }: Size): Promise<string> {
  // Loaded only here: it takes its time.
  const { init } = await import('../../charts/echarts.ts')
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return (
    svg
      .replace(/<svg width="\d+" height="\d+"/, '<svg')
      // Attributes that only a program in the page would read, and most of the length of a heat map.
      .replaceAll(/ (ecmeta_\w+|pointer-events|class)="[^"]*"/g, '')
      .replaceAll(/<style\s*>.*?<\/style>/gs, '')
  )
}
