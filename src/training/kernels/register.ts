import { registerBinary } from './binary.ts'
import { borrowMissingKernels } from './borrowed.ts'
import { registerConvolution } from './convolution.ts'
import { registerDepthwise } from './depthwise.ts'
import { registerDilatedGradients } from './dilated-gradients.ts'
import { registerEinsum } from './einsum.ts'
import { registerMatmul } from './matmul.ts'
import { registerPooling } from './pooling.ts'
import { registerReluGradient } from './relu-gradient.ts'
import { registerSharing } from './sharing.ts'
import { registerSlicing } from './slicing.ts'
import { registerSums } from './sums.ts'
import { registerUnary } from './unary.ts'

/** Registers what the stock wasm backend lacks or does slowly. Call it before the backend starts. */
export function registerTrainingKernels(): void {
  registerBinary()
  registerUnary()
  registerMatmul()
  registerConvolution()
  registerDepthwise()
  registerPooling()
  registerSums()
  registerEinsum()
  registerReluGradient()
  registerDilatedGradients()
  registerSharing()
  registerSlicing()
  borrowMissingKernels()
}
