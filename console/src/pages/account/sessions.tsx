import { deleteSession, listSessions } from '#sdk'
import { client } from '../../app/client.ts'
import { formatTime } from '../../app/format.ts'
import { useAction } from '../../app/use-action.ts'
import { useLoad } from '../../app/use-load.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { Table } from '../../ui/table.tsx'

/** The name and version of a browser or program, of the many words that some send. */
function programOf(userAgent: string): string {
  const [, name, version] = /(Firefox|Edg|Chrome)\/(\d+)/.exec(userAgent) ?? []
  return name === undefined ? userAgent : `${name} ${version}`
}

/** Where the caller is logged in. */
export function Sessions() {
  const sessions = useLoad(
    (signal) => listSessions({ client, signal, query: { per_page: 100 } }),
    [],
  )
  const end = useAction(async (id: number) => {
    await deleteSession({ client, path: { id } })
    sessions.reload()
  })
  return (
    <Part title="Sessions">
      <ProblemNote error={end.error} />
      <Loaded from={sessions}>
        {(rows) => (
          <Table
            caption="Sessions"
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              { title: 'Since', cell: ({ created_at }) => formatTime(created_at) },
              { title: 'Last used', cell: ({ last_used_at }) => formatTime(last_used_at) },
              { title: 'Address', cell: ({ address }) => address, isOptional: true },
              {
                title: 'Program',
                cell: ({ user_agent = '' }) => (
                  <span title={user_agent}>{programOf(user_agent)}</span>
                ),
              },
              {
                title: 'Action',
                cell: ({ id, current }) =>
                  current ? (
                    'This one'
                  ) : (
                    <button type="button" class="plain" onClick={() => void end.run(id)}>
                      End<span class="unseen"> session {id}</span>
                    </button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Part>
  )
}
