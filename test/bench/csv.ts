/**
 * How fast the CSV engine reads 2,000,000 rows of 7 columns, alone and with the types of the columns, in
 * turns with psql's `\copy` of the same file into a typed table: `npx tsx test/bench/csv.ts`. Needs psql.
 */
import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { CsvParser } from '../../src/csv/parse/parser.ts'
import type { RowBatch } from '../../src/csv/parse/row-batch.ts'
import { createUtf8Converter } from '../../src/csv/parse/to-utf8.ts'
import { ColumnTypes } from '../../src/csv/types/column-types.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'

const run = promisify(execFile)
const ROWS = 2_000_000
const ROUNDS = 3
const TYPES = ['integer', 'integer', 'numeric', 'date', 'timestamp', 'text', 'text']
const COLUMNS =
  'id bigint, count bigint, price numeric, day date, at timestamp, word text, note text'

/** The same rows each time. */
function* makeRows(): Generator<string, void> {
  let seed = 1
  const next = (limit: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return (seed >>> 8) % limit
  }
  const two = (value: number) => String(value).padStart(2, '0')
  let lines = 'id,count,price,day,at,word,note\n'
  for (let id = 1; id <= ROWS; id += 1) {
    const day = `20${two(next(30))}-${two(1 + next(12))}-${two(1 + next(28))}`
    const time = `${two(next(24))}:${two(next(60))}:${two(next(60))}`
    const price = `${next(100_000)}.${two(next(100))}`
    const note = next(10) === 0 ? `"said ""${next(1_000)}"", twice"` : `note ${next(1_000)}`
    lines += `${id},${next(8_000_000)},${price},${day},${day} ${time},word${next(5_000)},${note}\n`
    if (id % 1_000 === 0) {
      yield lines
      lines = ''
    }
  }
}

async function read(path: string, use: (batch: RowBatch) => void): Promise<void> {
  const converter = createUtf8Converter({ encoding: 'utf-8', bomBytes: 0 })
  const parser = new CsvParser({ skipLines: 1 })
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
    for (const batch of parser.push(converter.push(chunk as Buffer))) use(batch)
  }
  for (const batch of parser.push(converter.end())) use(batch)
  for (const batch of parser.end()) use(batch)
}

async function parse(path: string): Promise<void> {
  let rows = 0
  await read(path, (batch) => {
    rows += batch.rows
  })
  if (rows !== ROWS) throw new Error(`${rows} rows were read`)
}

async function findTypes(path: string): Promise<void> {
  const types = new ColumnTypes()
  await read(path, (batch) => types.add(batch))
  const found = types.columns().map((column) => column.type)
  if (found.join() !== TYPES.join()) throw new Error(`the columns are ${found.join()}`)
}

const folder = await mkdtemp(join(tmpdir(), 'passbook-csv-'))
const postgres = await startEmbeddedPostgres({ dataDir: folder, password: 'bench' })
try {
  const path = join(folder, 'rows.csv')
  await pipeline(Readable.from(makeRows()), createWriteStream(path))
  const psql = (...commands: string[]) =>
    run('psql', [postgres.superuserUrl, '-qX', ...commands.flatMap((command) => ['-c', command])])
  const copy = async () => {
    await psql(`\\copy rows from '${path}' csv header`)
  }
  const ways = { parser: parse, 'parser and types': findTypes, '\\copy': copy }
  const rates = new Map<string, number[]>()
  console.log(`${(await stat(path)).size} bytes`)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      await psql('DROP TABLE IF EXISTS rows', `CREATE TABLE rows (${COLUMNS})`, 'CHECKPOINT')
      const start = performance.now()
      await way(path)
      const rate = ROWS / ((performance.now() - start) / 1000)
      rates.set(name, [...(rates.get(name) ?? []), rate])
    }
  }
  for (const [name, each] of rates) {
    const shown = each.map((rate) => Math.round(rate).toLocaleString('en'))
    console.log(`${name}: ${shown.join(', ')} rows/s`)
  }
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`load ${loadavg()[0]?.toFixed(1)}, peak memory ${peak} MiB`)
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
