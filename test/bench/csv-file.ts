import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

/** The kinds of files that are measured with. */
export type FileKind = 'clean' | 'dirty'

/** Numbers that look random and come again: a linear congruential generator (Numerical Recipes). */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

const WORDS = [
  'salary',
  'rent',
  'groceries',
  'transfer',
  'refund',
  'interest',
  'fee',
  'cash',
  'café',
]
const HEADER = 'id,account,amount,is_open,opened_on,updated_at,note'
const two = (value: number) => String(value).padStart(2, '0')

type Random = (below: number) => number

const date = (random: Random) =>
  `20${two(10 + random(16))}-${two(1 + random(12))}-${two(1 + random(28))}`

function cleanRow(id: number, random: Random): string {
  const amount = `${random(90_000)}.${two(random(100))}`
  const time = `${date(random)}T${two(random(24))}:${two(random(60))}:${two(random(60))}Z`
  const note = `${WORDS[random(9)]} ${WORDS[random(9)]}`
  return `${id},AC${100_000 + random(900_000)},${amount},${random(2) === 1},${date(random)},${time},${note}`
}

/** Blanks around values, words for nothing, days first, quoted cells, and one row in 500 that is broken. */
function dirtyRow(id: number, random: Random): string {
  const kind = random(500)
  if (kind === 0) return `${id},AC1,12.50,yes`
  if (kind === 1) return `${id},AC1,12.50,no,01/02/2020,2020-01-02 03:04:05,a note,too many`
  const amount = random(20) === 0 ? 'N/A' : ` ${random(90_000)}.${two(random(100))} `
  const open = random(30) === 0 ? '' : random(2) === 1 ? 'Yes' : 'No'
  const day =
    random(25) === 0
      ? 'NULL'
      : `${two(1 + random(28))}/${two(1 + random(12))}/20${two(10 + random(16))}`
  const time = `${date(random)} ${two(random(24))}:${two(random(60))}:${two(random(60))}`
  const note =
    random(3) === 0 ? `"${WORDS[random(9)]}, ""${WORDS[random(9)]}"""` : `${WORDS[random(9)]}`
  return `${id},AC${100_000 + random(900_000)},${amount},${open},${day},${time},${note}`
}

/** Writes a file of seven columns; the same one each time. */
export async function writeCsv(path: string, kind: FileKind, rows: number): Promise<void> {
  const random = createRandom(20_261_121)
  const row = kind === 'clean' ? cleanRow : dirtyRow
  const out = createWriteStream(path)
  let lines = [HEADER]
  for (let id = 1; id <= rows; id += 1) {
    lines.push(row(id, random))
    if (lines.length < 10_000) continue
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain')
    lines = []
  }
  out.end(lines.length > 0 ? `${lines.join('\n')}\n` : '')
  await once(out, 'finish')
}
