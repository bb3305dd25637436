/**
 * The parts of Apache ECharts that reports and the dashboard draw with. The sources take them from where the library was installed for
 * development; the package has them in this file, put together by `npm run build`, because the whole of it is a quarter of an install.
 *
 * @packageDocumentation
 */

import { GraphChart, HeatmapChart, LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'

use([LineChart, HeatmapChart, GraphChart])
use([GridComponent, MarkLineComponent, TooltipComponent, VisualMapComponent])
use([CanvasRenderer, SVGRenderer])

export type { EChartsOption, LineSeriesOption } from 'echarts'
export { init }
