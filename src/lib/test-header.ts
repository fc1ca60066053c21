/** `X-Test: 1` of a sender: what comes with it is kept and journaled, and never leaves. */
export function saysTest(headers: Record<string, string | string[] | undefined>): boolean {
  const header = headers['x-test']
  return header !== undefined && header !== '' && header !== '0' && header !== 'false'
}
