import { literal, type Members } from './code.ts'
import { asArray, asObject, asStrings, type JsonObject, join, RefusedError } from './json.ts'
import { componentSchemas } from './schemas.ts'

/**
 * Determines who may call an operation: everybody with `security: []`; otherwise accounts with a
 * role in `x-roles`, and API keys with all scopes of `x-scopes`. By default nobody may.
 *
 * @throws RefusedError for an unknown scope, roles or scopes of a public operation, or an unknown `x-changes`
 */
export function accessOf(document: JsonObject, node: JsonObject, at: string): Members {
  const security = asArray(node.security ?? document.security, join(at, 'security'))
  const roles = asStrings(node['x-roles'], join(at, 'x-roles'))
  const scopes = asStrings(node['x-scopes'], join(at, 'x-scopes'))
  const known = asStrings(asObject(componentSchemas(document).Scope, at).enum, at)
  for (const scope of scopes) {
    if (!known.includes(scope)) throw new RefusedError(join(at, 'x-scopes'), `no scope ${scope}`)
  }
  if (!['account', 'record', undefined].includes(node['x-changes'] as string | undefined)) {
    throw new RefusedError(join(at, 'x-changes'), 'is neither account nor record')
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
