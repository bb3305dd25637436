import type { Command } from 'commander'
import { allowModuleOption } from '../../allow-module.ts'
import { defineCommand } from '../../define-command.ts'
import { file, folder } from '../../flag-values.ts'
import type { ExportFlags } from './flags.ts'

const HELP = `
A peer's --state holds its last checkpoint; the peer may be running. ONNX
takes a table's columns by their names and gives classes and probabilities, or
values; models for TensorFlow.js, and tensors in safetensors, give logits: the
softmax of them are probabilities. docs/using-the-model.md has code for each.

Examples:
  hearsay export --state ./me --to model.safetensors
  hearsay export --state ./me --to model.onnx      for ONNX Runtime
  hearsay export --state ./me --to ./web-model     model.json and its weights,
                                                   for tf.loadLayersModel`

export function addExport(program: Command): void {
  defineCommand(program, 'export', "write a peer's model for other programs")
    .requiredOption('--state <DIR>', 'the state folder of the peer', folder)
    .requiredOption(
      '--to <PATH>',
      'FILE.safetensors, FILE.onnx, or for TensorFlow.js a new folder, a name without an ending',
      file,
    )
    .option('--model-file <FILE>', "your copy of the file that the recipe's model is made from", file)
    .addOption(allowModuleOption())
    .addHelpText('after', HELP)
    .action(async (flags: ExportFlags) => {
      const { runExport } = await import('./run.ts')
      await runExport(flags)
    })
}
