import { isAdmin, useSession } from '../../app/session.ts'
import { Page } from '../../ui/page.tsx'
import { ApiKeys } from './api-keys.tsx'
import { Password } from './password.tsx'
import { Sessions } from './sessions.tsx'

/** The caller's own account. */
export function AccountPage() {
  const session = useSession()
  return (
    <Page title="Account">
      <Password />
      <Sessions />
      {isAdmin(session) && <ApiKeys />}
    </Page>
  )
}
