/**
 * Whether a request names this machine, as one does that is made on it. A page of another site can turn a name of its own to 127.0.0.1 (DNS
 * rebinding), and then asks by that name.
 *
 * @param host the header, with any port: that of the other end, where somebody came by `ssh -L`
 */
export function isLocalName(host = ''): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host)
}
