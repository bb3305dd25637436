import { Argument, type Command } from 'commander'
import { addCommand } from '../../define-command.ts'
import { SHELLS, type Shell } from './shells.ts'

const HELP = `
The script completes commands, options, the values that an option accepts, and
files. It starts no program while you type.

Where it goes, so that every new shell has it:
  bash  add to ~/.bashrc:
          source <(hearsay completion bash)
        of bash 3, as macOS has it:
          eval "$(hearsay completion bash)"
  zsh   add to ~/.zshrc, below compinit:
          source <(hearsay completion zsh)
  fish  add to ~/.config/fish/config.fish:
          hearsay completion fish | source

Saved in a file, a shell starts without asking hearsay, and the file is to be
written again when hearsay is updated. For zsh, _hearsay in a folder of fpath;
for fish, ~/.config/fish/completions/hearsay.fish.

Exit codes: 0 done, 2 wrong usage.`

export function addCompletion(program: Command): void {
  addCommand(program, 'completion', 'a script with which a shell completes commands')
    .addArgument(new Argument('<SHELL>', 'which shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(async (shell: Shell) => {
      const { printCompletion } = await import('./run.ts')
      await printCompletion(program, shell)
    })
}
