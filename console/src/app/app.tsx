import { PageOf } from './pages.tsx'
import { useRoute } from './route.ts'
import { SessionContext } from './session.ts'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'
import { useBrowserSession } from './use-session.ts'

/** The whole page: who is not signed in gets the form to do so. */
export function App() {
  const { me, signIn, signOut } = useBrowserSession()
  const { path, query } = useRoute()
  if (me === undefined) return <p class="opening">Passbook</p>
  if (me === null) return <SignIn signIn={signIn} />
  const session = { me, signOut }
  return (
    <SessionContext.Provider value={session}>
      <Shell session={session} path={path}>
        <PageOf key={path.join('/')} path={path} query={query} session={session} />
      </Shell>
    </SessionContext.Provider>
  )
}
