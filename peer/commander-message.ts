/** Commander's messages in the words of all others. */
export function plainMessage(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/^option '(.*?)' argument '(.*)' is invalid\. /s, "$1 cannot be '$2'; ")
    .replace('Allowed choices are', 'accepted are')
    .replace('; Expected', '; expected')
    .replace(/\.$/, '')
}
