import { useState } from 'preact/hooks'
import { createApiKey, deleteApiKey, listApiKeys, type Scope } from '#sdk'
import { client } from '../../app/client.ts'
import { formatTime } from '../../app/format.ts'
import { useAction } from '../../app/use-action.ts'
import { useLoad } from '../../app/use-load.ts'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { Secret } from '../../ui/secret.tsx'
import { Table } from '../../ui/table.tsx'

/** Keys with which programs act as an account. */
export function ApiKeys() {
  const keys = useLoad((signal) => listApiKeys({ client, signal, query: { per_page: 100 } }), [])
  const remove = useAction(async (id: number) => {
    await deleteApiKey({ client, path: { id } })
    keys.reload()
  })
  return (
    <Part title="API keys">
      <ProblemNote error={remove.error} />
      <Loaded from={keys}>
        {(rows) => (
          <Table
            caption="API keys"
            rows={rows}
            keyOf={({ id }) => id}
            empty="There is none."
            columns={[
              { title: 'Name', cell: ({ name }) => name },
              { title: 'May', cell: ({ scopes }) => scopes.join(', ') },
              {
                title: 'Last used',
                cell: ({ last_used_at }) => (last_used_at ? formatTime(last_used_at) : 'never'),
              },
              {
                title: 'Action',
                cell: ({ id, name }) => (
                  <button type="button" class="plain" onClick={() => void remove.run(id)}>
                    Delete<span class="unseen"> {name}</span>
                  </button>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      <NewKey onCreated={keys.reload} />
    </Part>
  )
}

function NewKey({ onCreated }: { readonly onCreated: () => void }) {
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState('users:read transactions:read')
  const [key, setKey] = useState<string>()
  const { run, isRunning, error } = useAction(async () => {
    const wanted = scopes.split(/[\s,]+/).filter((scope) => scope !== '')
    const { data } = await createApiKey({ client, body: { name, scopes: wanted as Scope[] } })
    setKey(data.key)
    setName('')
    onCreated()
  })
  return (
    <form
      class="filters"
      aria-label="New API key"
      onSubmit={(event) => {
        event.preventDefault()
        void run()
      }}
    >
      <TextField label="Name" value={name} onValue={setName} required />
      <TextField label="Scopes" value={scopes} onValue={setScopes} size={36} required />
      <button type="submit" disabled={isRunning}>
        Create
      </button>
      <ProblemNote error={error} />
      {key && <Secret name="The key" value={key} />}
    </form>
  )
}
