import { expect, test } from 'vitest'
import { cudaEnvironment, visibleNames } from '../../../src/training/backends/cuda-devices.ts'

test('a chosen CUDA GPU is the only one that the process sees, counted as nvidia-smi counts', () => {
  expect(cudaEnvironment(2, {})).toMatchObject({ CUDA_VISIBLE_DEVICES: '2', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })
})

test('where the user has hidden GPUs, N counts those that are left', () => {
  const env = { CUDA_VISIBLE_DEVICES: '3, GPU-8f' }
  expect([0, 1, 2].map(gpu => cudaEnvironment(gpu, env).CUDA_VISIBLE_DEVICES)).toEqual(['3', 'GPU-8f', '-1'])
  expect(cudaEnvironment(undefined, env)).not.toHaveProperty('CUDA_VISIBLE_DEVICES')
})

test('the names of CUDA GPUs are those that are visible, in the order of the variable', () => {
  const printed = '0, GPU-1a2b, NVIDIA One\n1, GPU-3c4d, NVIDIA Two\n2, GPU-5e6f, NVIDIA Three\n'
  expect(visibleNames(printed, {})).toEqual(['NVIDIA One', 'NVIDIA Two', 'NVIDIA Three'])
  expect(visibleNames(printed, { CUDA_VISIBLE_DEVICES: 'GPU-5e,0' })).toEqual(['NVIDIA Three', 'NVIDIA One'])
  expect(visibleNames(printed, { CUDA_VISIBLE_DEVICES: '' })).toEqual([])
})
