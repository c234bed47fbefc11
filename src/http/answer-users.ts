const LOCATION = /^\/v\d+\/users\/(\d+)/

/**
 * Finds the users an answer is about: by `user_id` fields, `user` objects, and a `Location` under
 * the users.
 */
export function usersOf(location: string | undefined, body: unknown): readonly bigint[] {
  const ids = new Set<bigint>()
  const add = (id: unknown) => {
    if (Number.isSafeInteger(id)) ids.add(BigInt(id as number))
  }
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { user_id, user } = value as { readonly user_id?: unknown; readonly user?: unknown }
    add(user_id)
    add((user as { readonly id?: unknown } | undefined)?.id)
    for (const part of Object.values(value)) walk(part)
  }
  walk(body)
  add(Number(LOCATION.exec(location ?? '')?.[1] ?? Number.NaN))
  return [...ids]
}
