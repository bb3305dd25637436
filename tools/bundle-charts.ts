import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')

/** A module without imports, for Node and for browsers, and the licences of what went into it. */
export interface Bundle {
  readonly code: string
  readonly licences: string
}

/** @param mode of libraries: in development ECharts complains of parts that are drawn with and not there */
export async function bundleCharts(mode: 'production' | 'development'): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['charts/echarts.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: mode === 'production',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    metafile: true,
    write: false,
  })
  const packages = Object.keys(metafile.inputs).map(path => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0])
  const licences = await Promise.all([...new Set(packages)].filter(path => path !== undefined).map(licencesOf))
  return { code: outputFiles[0].text, licences: [...new Set(licences)].join('\n') }
}

async function licencesOf(path: string): Promise<string> {
  const texts: string[] = []
  for await (const name of glob(['LICENSE*', 'NOTICE*', 'licenses/*'], { cwd: join(root, path) })) {
    texts.push(await readFile(join(root, path, name), 'utf8'))
  }
  if (texts.length === 0) throw new Error(`${path} says nothing of its licence`)
  return [`=== ${path.replace(/^.*node_modules\//, '')}\n`, ...texts].join('\n')
}
