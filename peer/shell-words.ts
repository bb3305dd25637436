/** Words that a shell reads back as they are: what is typed to run a command again. */
export function shellWords(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

/**
 * A command line of hearsay as it is typed where this process was started: in a clone by npm's script, through npx, or by the program's name.
 */
export function commandLine(words: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  return `${programOf(env)} ${shellWords(words)}`
}

/** npm tells what it runs by the environment. */
function programOf(env: NodeJS.ProcessEnv): string {
  const { npm_package_name: project, npm_lifecycle_event: script = '', npm_lifecycle_script: line = '' } = env
  if (project === 'hearsay' && ['hearsay', 'start'].includes(script)) return 'npm run hearsay --'
  return script === 'npx' && /^'?hearsay\b/.test(line) ? 'npx hearsay' : 'hearsay'
}
