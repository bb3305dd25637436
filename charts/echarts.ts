/**
 * The parts of Apache ECharts that reports and the dashboard draw with. The sources take them from where the library was installed for
 * development; the package has them in this file, put together by `npm run build`, because the whole of it is a quarter of an install.
 *
 * @packageDocumentation
 */

import { CustomChart, GraphChart, HeatmapChart, LineChart } from 'echarts/charts'
import {
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'

use([LineChart, HeatmapChart, GraphChart, CustomChart])
use([GridComponent, GraphicComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent])
use([CanvasRenderer, SVGRenderer])

export type { CustomSeriesOption, EChartsOption, LineSeriesOption } from 'echarts'
export { init }
