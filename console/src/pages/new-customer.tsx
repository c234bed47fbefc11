import { useState } from 'preact/hooks'
import { createUser } from '#sdk'
import { client } from '../app/client.ts'
import { goTo } from '../app/route.ts'
import { useAction } from '../app/use-action.ts'
import { TextField } from '../ui/field.tsx'
import { Part } from '../ui/page.tsx'
import { ProblemNote } from '../ui/problem.tsx'

/** Takes a new customer, and leads to their page. */
export function NewCustomer() {
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const { run, isRunning, error } = useAction(async () => {
    const { data } = await createUser({ client, body: { name, email } })
    goTo('customers', data.id)
  })
  return (
    <Part title="New customer">
      <form
        class="filters"
        aria-label="New customer"
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <TextField label="Name" value={name} onValue={setName} maxlength={100} required autofocus />
        <TextField label="Email" value={email} onValue={setEmail} size={28} required />
        <button type="submit" disabled={isRunning}>
          Add
        </button>
        <ProblemNote error={error} />
      </form>
    </Part>
  )
}
