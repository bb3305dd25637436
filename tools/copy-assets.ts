/**
 * Part of `npm run build`: puts the binaries, the dashboard's page and the library of charts where the compiled code looks for them, because
 * tsc copies no other files and bundles none.
 */

import { copyFile, cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleCharts } from './bundle-charts.ts'

const root = join(import.meta.dirname, '..')
for (const folder of ['src/training/kernels', 'src/parameters/kernels']) {
  for (const name of await readdir(join(root, folder))) {
    if (name.endsWith('.wasm')) await copyFile(join(root, folder, name), join(root, 'dist', folder, name))
  }
}

const PAGE = 'peer/dashboard/page'
await cp(join(root, PAGE), join(root, 'dist', PAGE), { recursive: true, filter: path => !/\.(json|d\.ts)$/.test(path) })

const { code, licences } = await bundleCharts('production')
await writeFile(join(root, 'dist/charts/echarts.js'), code)
await writeFile(join(root, 'dist/charts/LICENSES.txt'), licences)
