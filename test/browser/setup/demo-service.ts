import { openClient } from '../../../src/programs/demo/client.ts'
import { loadTransactions, loadUsers } from '../../../src/programs/demo/load.ts'
import { createSample } from '../../../src/programs/demo/sample.ts'
import { PASSWORD } from '../../setup/password.ts'
import { startTestService } from '../../setup/service.ts'

/** How long the figures of the sample may take on a busy machine. */
const MAX_SETTLING_MS = 60_000

export type DemoService = Awaited<ReturnType<typeof startDemoService>>

/**
 * Starts Passbook with API, worker and a port on 127.0.0.1, as `npm start` does, and loads the sample of `npm run
 * demo`. Like there, the admin is the first user.
 *
 * @param env additional environment variables
 * @returns it, its URL, and the admin's credentials; all figures are current
 */
export async function startDemoService(env: Readonly<Record<string, string>> = {}) {
  const service = await startTestService({ worker: true, env })
  const admin = await service.createAccount('admin')
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const credentials = { username: admin.username, password: PASSWORD }
  const client = await openClient({ url, credentials }, new AbortController().signal)
  const { users, transactions } = createSample('demo')
  await loadTransactions(client, transactions, await loadUsers(client, users))
  await service.settled(MAX_SETTLING_MS)
  return { ...service, url, admin, credentials }
}
