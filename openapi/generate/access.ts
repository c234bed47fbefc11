import { literal, type Members } from './code.ts'
import { asArray, asObject, asStrings, type JsonObject, join, RefusedError } from './json.ts'
import { componentSchemas } from './schemas.ts'

/**
 * Who may call an operation: everybody where it says `security: []`, else the roles of `x-roles`, and
 * API keys with all the scopes of `x-scopes`. What is not said is allowed to nobody.
 *
 * @throws RefusedError on a scope that does not exist, or roles of a public operation
 */
export function accessOf(document: JsonObject, node: JsonObject, at: string): Members {
  const security = asArray(node.security ?? document.security, join(at, 'security'))
  const roles = asStrings(node['x-roles'], join(at, 'x-roles'))
  const scopes = asStrings(node['x-scopes'], join(at, 'x-scopes'))
  const known = asStrings(asObject(componentSchemas(document).Scope, at).enum, at)
  for (const scope of scopes) {
    if (!known.includes(scope)) throw new RefusedError(join(at, 'x-scopes'), `no scope ${scope}`)
  }
  const isPublic = security.length === 0
  if (isPublic && (roles.length > 0 || scopes.length > 0)) {
    throw new RefusedError(at, 'a public operation (security: []) has no roles and scopes')
  }
  return [
    ['public', String(isPublic)],
    ['roles', literal(roles)],
    ['scopes', literal(scopes)],
  ]
}
