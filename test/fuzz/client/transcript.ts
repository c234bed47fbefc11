import type { Request } from '../oracle/oracle.ts'
import type { WireRequest } from './client.ts'

/** How much of a body, in characters, is printed. */
const MAX_PRINTED = 1_500
const PLAIN = /^[\x20-\x7e\u00a0-\uffff\n\t]*$/

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Text that stands for whoever asks, in place of their credential. */
const credentialName = (name: string) => `$${name.toUpperCase().replace(/\W/g, '_')}`

function bodyArguments({ body }: WireRequest): string {
  if (body === undefined) return ''
  const text = body.toString()
  const isText = PLAIN.test(text) && Buffer.from(text).equals(body)
  const printed = isText ? text : body.toString('base64')
  const shown = printed.slice(0, MAX_PRINTED)
  const more = printed.length > MAX_PRINTED ? ` # … ${body.length} bytes in all` : ''
  return isText
    ? ` --data-binary ${quote(shown)}${more}`
    : ` --data-binary @<(base64 -d <<< ${quote(shown)})${more}`
}

/** A request as a curl line, without the secrets in it. */
export function curlOf(request: Request, secrets: readonly string[]): string {
  const { method, target, headers, actor, stop, body } = request
  if (method === 'RAW')
    return `printf '%b' ${quote(JSON.stringify(String(body)))} | nc "$HOST" "$PORT"`
  const lines = headers.map(([name, value]) =>
    name === 'authorization' && value === actor.authorization
      ? ` -H "authorization: ${credentialName(actor.name)}"`
      : ` -H ${quote(`${name}: ${value.slice(0, 200)}`)}`,
  )
  const way = method === 'HEAD' ? '-I' : `-X ${method}`
  const note =
    stop === undefined
      ? ''
      : ` # ${stop === 'cut' ? 'broken off while sent' : 'broken off while read'}`
  const path = ` --path-as-is "$URL"${quote(target)}`
  const line = `curl -sS ${way}${path}${lines.join('')}${bodyArguments(request)}${note}`
  return secrets
    .filter((secret) => secret.length >= 8)
    .reduce((text, secret) => text.replaceAll(secret, '<secret>'), line)
}
