/**
 * How long pages, and an export, of a dataset of many rows take: `npx tsx test/bench/datasets.ts [ROWS]`, 5,000,000
 * where no number is given. It takes the database of DATA_DIR, and imports the dataset when it is not there.
 */
import { createReadStream } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../src/app.ts'
import { loadDataset } from '../../src/features/imports/kinds/dataset/dataset-kind.ts'
import { createLog } from '../../src/lib/log.ts'
import { openServices, type Services } from '../../src/services.ts'
import { runLoader } from '../imports/kinds/load-context.ts'
import { createAccessToken } from '../setup/access-token.ts'
import { writeCsv } from './csv-file.ts'
import { openBench } from './open.ts'

const ROWS = Number(process.argv[2] ?? 5_000_000)
const NAME = `bench_${ROWS}`
const ROUNDS = 7
/** Before it is measured. */
const WARM_UP = 3
const DEEP_PAGE = Math.floor(ROWS / 40)
const SORTS = ['id', '-amount', 'account', 'updated_at', 'note']
const INDEXED = ['id', 'amount', 'account', 'updated_at', 'note', 'is_open', 'opened_on']
const FILTERS: readonly Readonly<Record<string, string>>[] = [
  { id: String(ROWS - 7) },
  { account: 'AC152790' },
  { is_open: 'true' },
  { opened_on: '2015-11-14', is_open: 'true' },
  { note: 'rent rent', sort: '-updated_at' },
  { 'filter[amount][gte]': '1500', 'filter[amount][lt]': '1500.05' },
  { 'filter[updated_at][gte]': '2025-01-01', sort: 'amount' },
]

async function importDataset({ database }: Services, databaseUrl: string, userId: bigint) {
  if ((await database.dataset.findUnique({ where: { name: NAME } })) !== null) return
  const path = join(tmpdir(), `${NAME}.csv`)
  await writeCsv(path, 'clean', ROWS)
  const { id } = await database.import.create({
    data: { userId, kind: 'dataset', name: NAME, options: {} },
  })
  const file = () => createReadStream(path, { highWaterMark: 1024 * 1024 })
  await runLoader(loadDataset, { databaseUrl, importId: id, userId, name: NAME, file })
  await unlink(path)
}

const bench = await openBench()
const services = openServices(bench.config, bench.url, createLog('warn'), 'api')
try {
  const app = await buildApp(services)
  const staff = await services.users.create({ name: 'Bench Staff', role: 'staff' })
  await importDataset(services, bench.url, staff.id)
  const headers = {
    authorization: `Bearer ${await createAccessToken({ app, services }, staff.id)}`,
  }

  const get = async (query: object) => {
    const search = new URLSearchParams(query as Record<string, string>)
    const answer = await app.inject({ url: `/v1/datasets/${NAME}/rows?${search}`, headers })
    if (answer.statusCode !== 200) throw new Error(answer.body)
    return answer
  }
  const measure = async (what: string, query: object) => {
    const times: number[] = []
    let total = ''
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const start = performance.now()
      total = String((await get(query)).headers['x-total-count'] ?? '')
      if (round >= 0) times.push(performance.now() - start)
    }
    times.sort((a, b) => a - b)
    const [median, most] = [times[ROUNDS >> 1] ?? 0, times.at(-1) ?? 0]
    console.log(`${what}: median ${median.toFixed(1)} ms, most ${most.toFixed(1)} ms ${total}`)
  }
  const nextOf = async (query: object) =>
    String((await get({ ...query, cursor: '' })).headers['x-next-cursor'])

  await measure('first page', {})
  await measure('100 rows', { per_page: '100' })
  await measure('by cursor', { cursor: await nextOf({}) })
  await measure(`page ${DEEP_PAGE}`, { page: String(DEEP_PAGE) })
  const measureAll = async (how: string) => {
    for (const sort of SORTS) {
      await measure(`${how}, sort=${sort}`, { sort })
      await measure(`${how}, sort=${sort}, by cursor`, { sort, cursor: await nextOf({ sort }) })
    }
    for (const filter of FILTERS) await measure(`${how}, ${JSON.stringify(filter)}`, filter)
  }
  await services.datasets.setIndexes(NAME, [])
  await services.datasets.buildIndexes()
  await measureAll('no index')
  const start = performance.now()
  await services.datasets.setIndexes(NAME, INDEXED)
  await services.datasets.buildIndexes()
  console.log(`${INDEXED.length} indexes: ${((performance.now() - start) / 1000).toFixed(1)} s`)
  await measureAll('indexed')

  for (const safe of [false, true]) {
    const start = performance.now()
    let bytes = 0
    let mostRss = 0
    const rss = process.memoryUsage().rss
    for await (const chunk of await services.datasets.export(NAME, safe)) {
      bytes += (chunk as Buffer).length
      mostRss = Math.max(mostRss, process.memoryUsage().rss)
    }
    const seconds = (performance.now() - start) / 1000
    const [size, growth] = [bytes / 1e6, (mostRss - rss) / 1e6]
    console.log(
      `export, safe=${safe}: ${seconds.toFixed(1)} s, ${size.toFixed(0)} MB, RSS +${growth.toFixed(0)} MB`,
    )
  }
  await app.close()
} finally {
  await services.close()
  await bench.close()
}
