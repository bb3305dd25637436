import { expect, test } from 'vitest'
import { restoreNodeUtil } from '../../../src/training/backends/node-util.ts'
import { tfjsNode } from '../../../src/training/backends/tfjs-node.ts'
import { tfjsNodeGpu } from '../../../src/training/backends/tfjs-node-gpu.ts'

test('a CUDA library of the wrong version is named, with the version that is wanted', () => {
  const said = [
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: …",
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: …",
  ]
  const { reason, remedy } = tfjsNodeGpu.explain('no GPU', said.join('\n'))
  expect(reason).toMatch(/libcudart\.so\.11\.0, libcudnn\.so\.8/)
  expect(remedy).toMatch(/CUDA 11\.2 and cuDNN 8\.1/)
})

test("NVIDIA's missing driver is told from its missing libraries", () => {
  const { reason } = tfjsNodeGpu.explain('no GPU', "Could not load dynamic library 'libcuda.so.1'; dlerror: …")
  expect(reason).toMatch(/driver is not installed/)
})

test.each([
  [
    'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x',
    /npm rebuild @tensorflow\/tfjs-node /,
  ],
  [
    'libtensorflow.so.2: cannot open shared object file: No such file or directory',
    /npm rebuild @tensorflow\/tfjs-node$/,
  ],
  ["/lib/libc.so.6: version `GLIBC_2.38' not found", /newer system/],
])('%s: there is a remedy', (reason, remedy) => {
  expect(tfjsNode.explain(reason, '').remedy).toMatch(remedy)
})

test('what Node has dropped from util is there again, for the package that calls it', () => {
  const util: Record<string, (value: unknown) => boolean> = {}
  restoreNodeUtil(util)
  expect([null, undefined, 0, ''].map(util.isNullOrUndefined)).toEqual([true, true, false, false])
  expect([[], {}].map(util.isArray)).toEqual([true, false])
})
