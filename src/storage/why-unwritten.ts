/** What to do where the system does not let a file be written. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space, or name a folder on another one, and start again',
  EDQUOT: "this user's share of the disk is full: free some space, or name a folder on another one, and start again",
  EROFS: 'that disk can only be read: name a folder on another one',
  EACCES: 'this user may not write there: name another folder',
}

/** Why a file cannot be written, and what to do about it, on one line. */
export function whyUnwritten(error: unknown): string {
  const { message, code = '' } = error as NodeJS.ErrnoException
  const remedy = REMEDIES[code]
  return remedy === undefined ? message : `${message}; ${remedy}`
}
