/** What is wrong with something, for people: a sentence, or a line each. */
export function describeProblems(of: string, problems: readonly string[]): string {
  if (problems.length === 1) return `${of}: ${problems[0]}`
  return `${of}: ${problems.length} problems:\n${listed(problems)}`
}

/** The same of what stands between the tables of several sites. */
export function describeConflicts(conflicts: readonly string[]): string {
  if (conflicts.length === 1) return conflicts[0]
  return `the sites' tables do not go together:\n${listed(conflicts)}`
}

const listed = (sentences: readonly string[]) => sentences.map(sentence => `  - ${sentence}`).join('\n')
