import { expect, test } from 'vitest'
import { init } from '../../charts/echarts.ts'

/** ECharts says nothing where it lacks what is drawn inside a series; what is missing otherwise it tells the tests in Chromium. */
test('a moment can be marked in a line, as the dashboard does', () => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 200, height: 100 })
  chart.setOption({
    animation: false,
    xAxis: { type: 'value' },
    yAxis: { type: 'value' },
    series: [
      {
        type: 'line',
        data: [
          [0, 1],
          [2, 3],
        ],
        markLine: { symbol: 'none', data: [{ xAxis: 1 }], lineStyle: { color: '#123456' } },
      },
    ],
  })
  expect(chart.renderToSVGString()).toContain('#123456')
  chart.dispose()
})
