/**
 * Which share of 300 files is read right with nothing told: ten tables, each written in 30 ways that a
 * seed chooses. `npx tsx test/bench/csv/corpus.ts [SEED]` prints the share by trait and the files that
 * are read wrongly; `--show N` one of the files.
 */
import { openRows } from '../../../src/csv/file/open-rows.ts'
import { encode } from './encode.ts'
import { type BenchFile, pollute } from './pollute.ts'
import { TABLES } from './tables.ts'

const WAYS = 30

/** Reads a file, and returns its names and rows. */
async function read({ bytes }: BenchFile) {
  async function* open() {
    yield bytes
  }
  const rejects: string[] = []
  const sink = {
    header: () => undefined,
    refuse: ({ cells }: { readonly cells: readonly string[] }) => void rejects.push(cells.join()),
    settle: async () => undefined,
  }
  const file = await openRows({ open }, { dialect: {}, ragged: 'reject' }, sink)
  const rows: string[][] = []
  for await (const { batch, fine } of file.batches()) {
    for (let row = 0; row < batch.rows; row += 1) if (fine[row] === 1) rows.push(batch.texts(row))
  }
  return { names: file.columns.map((name) => name ?? ''), rows, rejects }
}

/** Why a file is read wrongly; undefined if it is read right: each name, each cell and no reject. */
async function faultOf(file: BenchFile): Promise<string | undefined> {
  try {
    const { names, rows, rejects } = await read(file)
    // A delimiter at the end of each line is no cell.
    const cut = rows.map((row) => row.slice(0, file.names.length).map((cell) => cell.trim()))
    const given = file.rows.map((row) => row.map((cell) => cell.trim()))
    const found = names.map((name) => name.trim())
    while (found.length > file.names.length && found.at(-1) === '') found.pop()
    if (found.join('\0') !== file.names.join('\0')) {
      return `columns ${JSON.stringify(names)}`
    }
    if (rejects.length > 0) return `${rejects.length} refused`
    if (rows.length !== given.length) return `${rows.length} rows of ${given.length}`
    return JSON.stringify(cut) === JSON.stringify(given) ? undefined : 'cells'
  } catch (error) {
    return String(error)
  }
}

const [seedText = '1', flag, shown] = process.argv.slice(2)
const seed = Number(seedText)
const files = TABLES.flatMap((table, index) =>
  Array.from({ length: WAYS }, (_, way) => ({
    name: `${table.name} ${way}`,
    file: pollute(table, seed * 100_003 + index * 997 + way, encode),
  })),
)
if (flag === '--show') {
  process.stdout.write(files[Number(shown)]?.file.bytes ?? '')
} else {
  const byTrait = new Map<string, { right: number; all: number }>()
  let right = 0
  for (const [index, { name, file }] of files.entries()) {
    const fault = await faultOf(file)
    if (fault === undefined) right += 1
    else console.log(`${index} ${name}: ${fault} (${file.traits.join(', ')})`)
    for (const trait of file.traits) {
      const tally = byTrait.get(trait) ?? { right: 0, all: 0 }
      tally.all += 1
      if (fault === undefined) tally.right += 1
      byTrait.set(trait, tally)
    }
  }
  for (const [trait, tally] of [...byTrait].sort()) {
    console.log(`| ${trait} | ${tally.right} of ${tally.all} |`)
  }
  console.log(`${right} of ${files.length}: ${(right / files.length).toFixed(3)}`)
}
