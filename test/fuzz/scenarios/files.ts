import fc from 'fast-check'
import type { Import } from '../../../src/generated/schemas.ts'
import type { Header } from '../client/client.ts'
import { Finding } from '../finding.ts'
import { follow } from '../follow.ts'
import { uploads } from '../inputs/csv.ts'
import { settle } from '../inputs/late.ts'
import { queryPairs } from '../inputs/requests.ts'
import { valid } from '../inputs/values.ts'
import { operationOf } from '../operations.ts'
import { violationsOf } from '../oracle/violations.ts'
import type { Scene } from '../scene.ts'
import { defineScenario } from './scenario.ts'

const OPERATIONS = [
  'createImport',
  'getImport',
  'streamImport',
  'downloadRejects',
  'deleteImport',
  'getDataset',
  'listDatasetRows',
  'exportDataset',
  'deleteDataset',
]

const fail = (where: string, what: string): never => {
  throw new Finding('wrong-answer', where, what)
}

/** What is said of an import that is over has to add up. */
function checkEnd({ status, error, ...counts }: Import): void {
  if (error?.code === 'internal_error') fail('getImport', 'it failed by a fault of ours')
  const { rows_read, rows_loaded, rows_rejected, rows_skipped } = counts
  if (status === 'completed' && rows_read !== rows_loaded + rows_rejected + rows_skipped) {
    fail('getImport', 'the rows loaded, rejected and skipped are not those read')
  }
}

/** Reads a dataset in all its forms, and throws it away. */
async function readDataset(scene: Scene, name: string, rows: number): Promise<void> {
  const actor = scene.actor('admin')
  const params = { name }
  const { body: dataset } = await scene.call('getDataset', { actor, params })
  if (dataset.row_count !== rows) fail('getDataset', 'its row_count is not what was loaded')
  const query = [['per_page', '100']] as const
  const { body: page } = await scene.call('listDatasetRows', { actor, params, query })
  if (page.length !== Math.min(rows, 100)) fail('listDatasetRows', 'not the rows that were loaded')
  await scene.call('exportDataset', { actor, params })
  const { answer } = await scene.call('deleteDataset', { actor, params })
  if (answer.status !== 204) fail('deleteDataset', `${answer.status}`)
  const gone = await scene.call('listDatasetRows', { actor, params })
  if (gone.answer.status !== 404)
    fail('listDatasetRows', `${gone.answer.status} once it is deleted`)
}

/** A file of an odd shape, followed to the end of its import, read, and thrown away. */
export const files = defineScenario(
  { name: 'a file', weight: 25, operations: OPERATIONS },
  fc.record({
    upload: uploads,
    query: valid(operationOf('createImport').query),
    few: fc.boolean(),
    way: fc.constantFrom('follow' as const, 'events' as const, 'cancel' as const, 'cut' as const),
  }),
  async (scene, { upload, query, few, way }) => {
    const actor = scene.actor('admin')
    const name = scene.facts.unique()
    const all = settle(query, scene.facts) as Readonly<Record<string, unknown>>
    // With every option drawn at random few files can be read at all.
    const asked = few ? { kind: all['kind'], name } : { ...all, name }
    const { body } = upload
    const length: readonly Header[] =
      way === 'cut' ? [['content-length', String(body.length + 9)]] : []
    const request = scene.requestOf('createImport', {
      actor,
      query: queryPairs(asked),
      headers: [...upload.headers, ...length],
      body,
      stop: way === 'cut' ? 'cut' : undefined,
    })
    const violations = violationsOf(operationOf('createImport'), request)
    const sent = await scene.exchange({ ...request, violations })
    const { status } = sent.answer
    if (way === 'cut' || status !== 202) return
    const { id } = sent.body
    const params = { id }
    if (way === 'cancel') {
      const { answer } = await scene.call('deleteImport', { actor, params })
      if (answer.status !== 204) fail('deleteImport', `${answer.status} while it is under way`)
    } else {
      if (way === 'events') await scene.call('streamImport', { actor, params, stop: 'begin' })
      const { body: done } = await follow(scene, 'getImport', id)
      checkEnd(done)
      if (done.rows_rejected > 0) await scene.call('downloadRejects', { actor, params })
      if (done.status === 'completed' && done.kind === 'dataset' && !done.dry_run) {
        await readDataset(scene, done.name, done.rows_loaded)
      }
      const removed = await scene.call('deleteImport', { actor, params })
      if (removed.answer.status !== 204) fail('deleteImport', `${removed.answer.status}`)
    }
    const gone = await scene.call('getImport', { actor, params })
    // One that had not ended is kept as cancelled.
    const isKept = way === 'cancel' && gone.body.status === 'cancelled'
    if (gone.answer.status !== 404 && !isKept) {
      fail('getImport', `${gone.answer.status} ${gone.body.status} once it is deleted`)
    }
  },
)
