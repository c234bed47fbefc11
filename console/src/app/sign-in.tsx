import { useEffect, useState } from 'preact/hooks'
import { TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem.tsx'
import { useAction } from './use-action.ts'

/** Asks for user name and password. */
export function SignIn({
  signIn,
}: {
  readonly signIn: (username: string, password: string) => Promise<void>
}) {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const { run, isRunning, error } = useAction(signIn)
  useEffect(() => {
    document.title = 'Sign in · Passbook'
  }, [])

  function submit(event: Event): void {
    event.preventDefault()
    void run(username, password)
  }

  return (
    <main class="sign-in">
      <h1>Passbook</h1>
      <form onSubmit={submit}>
        <TextField
          label="User name"
          value={username}
          onValue={setUsername}
          autocomplete="username"
          spellcheck={false}
          required
          autofocus
        />
        <TextField
          label="Password"
          type="password"
          value={password}
          onValue={setPassword}
          autocomplete="current-password"
          required
        />
        <ProblemNote error={error} />
        <button type="submit" disabled={isRunning}>
          Sign in
        </button>
      </form>
      <p class="muted">
        Programs use the <a href="/docs">API</a>.
      </p>
    </main>
  )
}
