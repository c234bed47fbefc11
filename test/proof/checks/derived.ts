import { checkDatabase } from '../../chaos/checks/database.ts'
import type { Findings } from '../../chaos/findings.ts'
import type { Check, Scene } from '../scene.ts'
import { sendUntilKnown } from '../send-until-known.ts'

/** Accounts that are not customers: the first admin. */
const ACCOUNTS = 1

/** What is stored, and is computed from the ledger where a request says `no-cache`. */
const COMPARED = ['analytics?currency=USD', 'analytics?currency=JPY', 'credit-score'] as const

type Json = Readonly<Record<string, unknown>>

async function read({ send }: Scene, path: string, headers = {}): Promise<Json> {
  const { answer } = await sendUntilKnown(send, { method: 'GET', path, headers })
  if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}`)
  return answer.body
}

/** Without the time at which it was computed. */
const withoutTime = ({ computed_at, ...value }: Json) => JSON.stringify(value)

async function compare(scene: Scene, findings: Findings, path: string): Promise<void> {
  const [stored, fresh] = [
    await read(scene, path),
    await read(scene, path, { 'cache-control': 'no-cache' }),
  ]
  if (withoutTime(stored) !== withoutTime(fresh)) {
    findings.add('stored value that is not the fresh one', `${path}: ${withoutTime(stored)}`)
  }
}

/** Figures and scores, by the service's own fresh computation and by one that shares none of its code. */
export const checkFigures: Check = {
  claim: 'figures and scores equal a fresh computation',
  async run(scene, findings) {
    for (const user of scene.users) {
      for (const path of COMPARED) await compare(scene, findings, `/v1/users/${user}/${path}`)
    }
    await checkDatabase(scene.databaseUrl, ACCOUNTS, findings)
  },
}
