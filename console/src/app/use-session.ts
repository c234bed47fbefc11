import { useEffect, useState } from 'preact/hooks'
import { endBrowserSession, getMe, renewBrowserSession, startBrowserSession, type User } from '#sdk'
import { client, whenSessionEnds } from './client.ts'

/** Before the 12 hours of a session are over. */
const RENEW_EVERY_MS = 3_600_000

/** Undefined until it is known whether somebody is signed in. */
export type SignedIn = User | null | undefined

async function whoIsSignedIn(): Promise<User | null> {
  const { data } = await renewBrowserSession({ client })
  return data.signed_in ? (await getMe({ client })).data : null
}

/** Finds out who is signed in, and keeps the session while the page is open. */
export function useBrowserSession() {
  const [me, setMe] = useState<SignedIn>(undefined)

  useEffect(() => {
    whenSessionEnds(() => setMe(null))
    const look = () => whoIsSignedIn().then(setMe, () => setMe((now) => now ?? null))
    void look()
    const timer = setInterval(look, RENEW_EVERY_MS)
    return () => clearInterval(timer)
  }, [])

  return {
    me,
    /** @throws Problem for a wrong password, or too many of them */
    async signIn(username: string, password: string): Promise<void> {
      await startBrowserSession({ client, body: { username, password } })
      setMe((await getMe({ client })).data)
    },
    async signOut(): Promise<void> {
      await endBrowserSession({ client })
      setMe(null)
    },
  }
}
