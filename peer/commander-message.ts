/** Commander's messages in the words of all others. */
export function plainMessage(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/^option '(.*?)' argument '(.*)' is invalid\. /s, "$1 cannot be '$2'; ")
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*?)'\. /s, "$2 cannot be '$1'; ")
    .replace('Allowed choices are', 'accepted are')
    .replace('; Expected', '; expected')
    .replace(/\.$/, '')
}
