import type { LoadRequest } from '../../overload/load.ts'

/** A request that sends JSON. */
export const bodyOf = (path: string, body: object): LoadRequest => ({
  method: 'POST',
  path,
  body: JSON.stringify(body),
})
