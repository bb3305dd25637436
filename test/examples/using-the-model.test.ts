import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportModel, loadModel, parseRecipe, predictTable } from '../../src/index.ts'
import { anyParameters, stateOf } from '../library/state-of.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/using-the-model.md'), 'utf8')
const { path: folder, write } = temporaryFolder()

/** The code of one language under a heading. */
function snippet(heading: string, language: string): string {
  const section = PAGE.split('\n## ').find(each => each.startsWith(heading))
  const [, code] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(section ?? '') ?? []
  if (code === undefined) throw new Error(`the page has no code of ${language} under "${heading}"`)
  return code
}

const TABLE = `seen,height,colour,wild,id
2023-11-15,1003.5,red,yes,1
2023-11-20,,blue,no,2
,998.25,mauve,yes,3
2023-11-15,1003.5,,,4
`

/** What hearsay itself says of the table, `[rows][classes]`. */
let expected: number[][]
/** And of the one sample that is written out in the page. */
let ofSample: number[]
let server: Server

beforeAll(async () => {
  const recipe = parseRecipe({
    model: { name: 'mlp:5', shape: [7], classes: 3, classNames: ['a', 'b', 'c'] },
    data: {
      standardise: true,
      table: {
        columns: [
          { name: 'height', kind: 'number', origin: 1_000 },
          { name: 'colour', kind: 'category', values: ['red', 'blue'], other: true, missing: 'value' },
          { name: 'seen', kind: 'date', origin: 1_700_000_000 },
          { name: 'wild', kind: 'yes/no' },
        ],
        label: { kind: 'class', name: 'species' },
        missing: ['NA'],
      },
    },
  })
  const state = await stateOf(join(folder, 'me'), recipe, await anyParameters(recipe.model), {
    mean: [1, 0, 0, 0, 0, 20_000, 0.75],
    variance: [9, 0, 0, 0, 0, 4e10, 0.2],
  })
  for (const to of ['model.onnx', 'model.safetensors', 'web-model']) await exportModel({ state, to: join(folder, to) })
  write('new.csv', TABLE)
  const model = await loadModel(state)
  const { blocks } = await predictTable(model, `csv:${join(folder, 'new.csv')}`)
  expected = []
  for await (const block of blocks) expected.push(...block.map(cells => cells.slice(-3).map(Number)))
  ofSample = [...(await model.predict(Float32Array.of(3.5, 1, 0, 0, 0, Number.NaN, 1)))]
  model.dispose()
  server = createServer((request, response) => response.end(readFileSync(join(folder, request.url ?? ''))))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})

afterAll(() => server.close())

function expectClose(found: unknown, probabilities: readonly (readonly number[])[]): void {
  const rows = found as number[][]
  expect(rows.map(row => row.length)).toEqual(probabilities.map(row => row.length))
  for (const [index, row] of probabilities.entries()) {
    for (const [place, value] of row.entries()) expect(Math.abs(rows[index][place] - value)).toBeLessThan(1e-5)
  }
}

/** The interpreter that has the packages: that of a virtual environment, if need be. */
const PYTHON = process.env.HEARSAY_PYTHON ?? 'python3'

function lacksPackages(...names: readonly string[]): boolean {
  return spawnSync(PYTHON, ['-c', `import ${names.join(', ')}`]).status !== 0
}

function python(code: string): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', code], { cwd: folder, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout)
}

/** Runs as a module of the repository, where its packages are found, with files and addresses of this test. */
async function javascript(code: string): Promise<unknown> {
  const { port } = server.address() as AddressInfo
  const here = code
    .replaceAll('localhost:8080', `127.0.0.1:${port}`)
    .replaceAll("'hearsay'", `'${pathToFileURL(join(ROOT, 'src/index.ts')).href}'`)
    .replaceAll(/(?<=[':])(?=model\.(?:onnx|safetensors)|new\.csv)/g, `${folder}/`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', here], {
    cwd: ROOT,
    timeout: 60_000,
  })
  // Beside what TensorFlow.js has to say of itself.
  return JSON.parse(stdout.split('\n').find(line => line.startsWith('[[')) ?? stdout)
}

describe('the code of docs/using-the-model.md gives what hearsay predicts:', () => {
  test.skipIf(lacksPackages('numpy', 'onnxruntime'))('Python, if it has numpy and onnxruntime', () => {
    expectClose(python(snippet('Python with ONNX Runtime', 'python')), expected)
  })

  test.skipIf(lacksPackages('numpy', 'safetensors'))('Python, if it has numpy and safetensors', () => {
    expectClose(python(snippet('Python with safetensors', 'python')), expected)
  })

  test('TensorFlow.js', async () => {
    expectClose(await javascript(snippet('TensorFlow.js', 'js')), [ofSample])
  })

  test('ONNX Runtime in JavaScript', async () => {
    expectClose(await javascript(snippet('JavaScript with ONNX Runtime', 'js')), [ofSample])
  })

  test('the library', async () => {
    expectClose(await javascript(snippet('With hearsay as a library', 'js')), expected)
  })
})
