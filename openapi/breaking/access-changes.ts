import { asArray, asObject, asStrings, type JsonObject, join } from '../generate/json.ts'

/** Fewer requests a minute. */
const STRICT = 'strict'

/** An operation by its method and path, and what of it decides who may call it and with how much. */
interface Access {
  readonly public: boolean
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly bodyLimit: number
  readonly strict: boolean
}

function accessOf(document: JsonObject): ReadonlyMap<string, Access> {
  const paths = Object.entries(asObject(document.paths, '/paths'))
  return new Map(
    paths.flatMap(([path, given]) => {
      const { parameters: _, ...methods } = asObject(given, path)
      return Object.entries(methods).map(([method, operation]): [string, Access] => {
        const at = join(join('/paths', path), method)
        const node = asObject(operation, at)
        return [
          `${method.toUpperCase()} ${path}`,
          {
            public: asArray(node.security ?? document.security, at).length === 0,
            roles: asStrings(node['x-roles'], at),
            scopes: asStrings(node['x-scopes'], at),
            bodyLimit: Number(node['x-body-limit'] ?? 0),
            strict: node['x-rate-limit'] === STRICT,
          },
        ]
      })
    }),
  )
}

function changesOf(name: string, before: Access, after: Access): readonly string[] {
  const roles = before.roles.filter((role) => !after.roles.includes(role))
  const scopes = after.scopes.filter((scope) => !before.scopes.includes(scope))
  return [
    before.public && !after.public ? [`${name} needs an account.`] : [],
    roles.map((role) => `${name} is no longer for the role ${role}.`),
    scopes.map((scope) => `${name} needs the scope ${scope} of API keys.`),
    before.scopes.length > 0 && after.scopes.length === 0 ? [`${name} takes no API keys.`] : [],
    after.bodyLimit < before.bodyLimit
      ? [`${name} takes ${after.bodyLimit} bytes, and took ${before.bodyLimit}.`]
      : [],
    !before.strict && after.strict ? [`${name} has the strict rate limit.`] : [],
  ].flat()
}

/** What an operation no longer allows, by what only Passbook's documents say. */
export function breakingByAccess(released: JsonObject, working: JsonObject): readonly string[] {
  const after = accessOf(working)
  return [...accessOf(released)].flatMap(([name, before]) => {
    const now = after.get(name)
    return now === undefined ? [] : changesOf(name, before, now)
  })
}
