import type { Actor } from './cast.ts'
import type { Operation } from './operations.ts'

/** What the document lets come of who asks: 401, 403, or `undefined` where they may. */
export function refusalOf(operation: Operation, actor: Actor): 401 | 403 | undefined {
  if (operation.public) return undefined
  if (actor.role === undefined) return 401
  const { scopes, role } = actor
  if (scopes !== undefined && operation.scopes.length === 0) return 403
  if (!operation.roles.includes(role)) return 403
  const lacks = scopes !== undefined && operation.scopes.some((scope) => !scopes.includes(scope))
  return lacks ? 403 : undefined
}

/** Whether somebody may see the records that an operation's path names, as `records.ts` makes them. */
export function sees({ url }: Operation, { owns = false, role }: Actor): boolean {
  if (url.startsWith('/v1/imports/') || url.startsWith('/v1/reports/')) return role === 'admin'
  return owns || (role !== 'user' && !url.startsWith('/v1/tasks/'))
}
