import { useState } from 'preact/hooks'
import { changePassword } from '#sdk'
import { client } from '../../app/client.ts'
import { useSession } from '../../app/session.ts'
import { useAction } from '../../app/use-action.ts'
import { TextField } from '../../ui/field.tsx'
import { Part } from '../../ui/page.tsx'
import { ProblemNote } from '../../ui/problem.tsx'

/** Gives the caller a new password. */
export function Password() {
  const { username = '' } = useSession().me
  const [current, setCurrent] = useState('')
  const [wanted, setWanted] = useState('')
  const [isDone, setDone] = useState(false)
  const { run, isRunning, error } = useAction(async () => {
    setDone(false)
    await changePassword({ client, body: { current_password: current, new_password: wanted } })
    setCurrent('')
    setWanted('')
    setDone(true)
  })
  return (
    <Part title="Password">
      <form
        class="filters"
        aria-label="New password"
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <input hidden autocomplete="username" value={username} readOnly />
        <TextField
          label="Current password"
          type="password"
          autocomplete="current-password"
          value={current}
          onValue={setCurrent}
          required
        />
        <TextField
          label="New password"
          type="password"
          autocomplete="new-password"
          value={wanted}
          onValue={setWanted}
          required
        />
        <button type="submit" disabled={isRunning}>
          Change
        </button>
      </form>
      <ProblemNote error={error} />
      {isDone && <p role="status">Changed. All other sessions have ended.</p>}
    </Part>
  )
}
