import { useEffect, useRef, useState } from 'preact/hooks'
import { getUser } from '#sdk'
import { client } from './client.ts'

/** Names of users by id, as far as they are there. It asks once for each; who has been deleted has none. */
export function useNames(ids: readonly number[]): ReadonlyMap<number, string> {
  const [names, setNames] = useState<ReadonlyMap<number, string>>(new Map())
  const asked = useRef(new Set<number>())

  useEffect(() => {
    const fresh = [...new Set(ids)].filter((id) => !asked.current.has(id))
    for (const id of fresh) asked.current.add(id)
    const found = fresh.map(async (id) => {
      const { data } = await getUser({ client, path: { id } })
      return [id, data.name] as const
    })
    void Promise.allSettled(found).then((ends) => {
      const entries = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
      if (entries.length > 0) setNames((known) => new Map([...known, ...entries]))
    })
  }, [ids.join()])

  return names
}
