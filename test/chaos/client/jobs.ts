import type { Change } from '../model/model.ts'
import { type Client, contradicts } from './client.ts'
import { inventTransaction, keyOf, newTransaction, type SentTransaction } from './records.ts'
import { sendWrite } from './write.ts'

const MAX_ROWS = 200
/** Between two looks at the same import or report, in milliseconds. */
const LOOK_MS = 400

const COLUMNS = [
  ...(['user_id', 'transaction_date', 'transaction_amount', 'transaction_type'] as const),
  ...(['currency', 'description', 'reference'] as const),
]

const toCsv = (rows: readonly SentTransaction[]): string =>
  [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => row[name] ?? '').join(','))]
    .map((line) => `${line}\r\n`)
    .join('')

/** Asks again only after a while. @returns the body of the answer, when it is time and there is one */
function looker(client: Client, path: string) {
  let nextLook = 0
  return async () => {
    if (performance.now() < nextLook) return undefined
    nextLook = performance.now() + LOOK_MS
    const outcome = await client.send({ method: 'GET', path })
    if (outcome.kind !== 'answered' || outcome.answer.status >= 500) return undefined
    if (outcome.answer.status === 200) return outcome.answer.body
    contradicts(client, 'read with a wrong status', `GET ${path} answered ${outcome.answer.status}`)
    return undefined
  }
}

/** Sends a file, and follows its import to the end: all of its rows, or none where it fails. */
async function load(
  client: Client,
  query: string,
  file: string,
  changes: readonly Change[],
  rows: number,
  ended: () => void,
): Promise<void> {
  const started = client.model.start('createImport', changes)
  const outcome = await sendWrite(client, {
    request: {
      method: 'POST',
      path: `/v1/imports?${query}`,
      body: file,
      headers: keyOf(client.newMarker()),
    },
    repeats: true,
  })
  if (outcome.kind === 'refused') started.refuse()
  if (outcome.kind === 'open') started.leaveOpen()
  if (outcome.kind !== 'done' || outcome.answer === undefined) return ended()
  client.statistics.acknowledged += 1
  const { id } = outcome.answer.body
  const look = looker(client, `/v1/imports/${id}`)
  client.followUps.push({
    name: `import ${id}`,
    async look() {
      const body = await look()
      if (body === undefined || ['queued', 'running'].includes(body.status)) return false
      if (body.status !== 'completed') {
        const { error } = body
        contradicts(client, 'import that failed', `import ${id} is ${body.status}: ${error?.code}`)
        started.refuse()
      } else {
        started.acknowledge()
        if (body.rows_loaded !== rows || body.rows_rejected !== 0) {
          const told = `${body.rows_loaded} loaded, ${body.rows_rejected} rejected of ${rows}`
          contradicts(client, 'wrong answer', `import ${id}: ${told}`)
        }
      }
      ended()
      return true
    },
    giveUp: () => started.leaveOpen(),
  })
}

export async function importTransactions(client: Client): Promise<void> {
  const { dice, people } = client
  const chosen = dice.shuffle(people).slice(0, 3)
  const rows = Array.from({ length: dice.between(20, MAX_ROWS) }, () =>
    inventTransaction(dice, dice.pick(chosen).id, client.newMarker()),
  )
  for (const person of chosen) person.loads += 1
  const ended = () => {
    for (const person of chosen) person.loads -= 1
  }
  const query = `kind=transactions&name=${client.newMarker()}`
  await load(client, query, toCsv(rows), rows.map(newTransaction), rows.length, ended)
}

export async function importDataset(client: Client): Promise<void> {
  const { dice } = client
  const name = client.newMarker().replaceAll('-', '_')
  const count = dice.between(10, MAX_ROWS)
  const rows = Array.from({ length: count }, (_, index) => `${index},${name},${dice.below(1e6)}`)
  const file = `number,label,amount\r\n${rows.join('\r\n')}\r\n`
  const change = { kind: 'dataset' as const, marker: name, to: { rows: count } }
  await load(client, `kind=dataset&name=${name}`, file, [change], count, () => undefined)
}

/** Asks for a report, and follows it to its file. */
export async function createReport(client: Client): Promise<void> {
  const outcome = await sendWrite(client, {
    request: {
      method: 'POST',
      path: '/v1/reports',
      body: { type: 'user_groups', group_by: [client.dice.pick(['bank', 'company', 'pincode'])] },
      headers: keyOf(client.newMarker()),
    },
    repeats: true,
  })
  if (outcome.kind !== 'done' || outcome.answer === undefined) return
  client.statistics.acknowledged += 1
  const { id } = outcome.answer.body
  const look = looker(client, `/v1/reports/${id}`)
  const download = looker(client, `/v1/reports/${id}/download`)
  let isReady = false
  client.followUps.push({
    name: `report ${id}`,
    async look() {
      const body = await (isReady ? download() : look())
      if (body === undefined) return false
      if (isReady) {
        if (!body.groups?.length) contradicts(client, 'wrong answer', `report ${id} is empty`)
        return true
      }
      isReady = body.status === 'completed'
      if (body.status === 'failed') contradicts(client, 'report that failed', `report ${id}`)
      return body.status === 'failed'
    },
    giveUp: () => undefined,
  })
}
