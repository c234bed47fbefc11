import { type BenchTable, createRandom } from './tables.ts'

/** A file of the corpus, and how it should be read. */
export interface BenchFile {
  /** What was done to the table, by which results are grouped. */
  readonly traits: readonly string[]
  readonly bytes: Buffer
  readonly names: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Writes a text in an encoding. */
export type Encode = (text: string, encoding: string) => Buffer

const PREAMBLES: Readonly<Record<string, (width: number, delimiter: string) => string[]>> = {
  none: () => [],
  title: () => ['Report of January', ''],
  pairs: (_, delimiter) =>
    ['Account', 'Branch', 'From', 'To', 'Currency', 'Printed by'].map(
      (key, index) => `${key}:${delimiter}value ${index}`,
    ),
  padded: (width, delimiter) => [
    `Report of January${delimiter.repeat(width - 1)}`,
    delimiter.repeat(width - 1),
  ],
  comments: () => ['# written by a program', '# at night'],
}
const TOTALS: Readonly<Record<string, (width: number, delimiter: string) => string[]>> = {
  none: () => [],
  total: () => ['Total: 12'],
  notes: () => ['', 'Source: the office of things'],
  blank: (width, delimiter) => [delimiter.repeat(width - 1), delimiter.repeat(width - 1)],
}
const DELIMITERS = [',', ';', '\t', '|', ',', ';']
const QUOTES = ['minimal', 'all', 'blank before', 'single']
const HEADERS = ['plain', 'plain', 'repeated', 'last missing']
const RAGGED = ['none', 'none', 'trailing delimiter', 'blank lines']
const ENDS = ['\n', '\r\n', '\n', '\r']

function writeCell(cell: string, delimiter: string, style: string): string {
  const quote = style === 'single' ? "'" : '"'
  const needs = [delimiter, quote, '\n', '\r'].some((mark) => cell.includes(mark))
  return style !== 'minimal' || needs
    ? `${quote}${cell.replaceAll(quote, quote + quote)}${quote}`
    : cell
}

/** Writes a table in a way that the seed chooses. */
export function pollute(table: BenchTable, seed: number, encode: Encode): BenchFile {
  const random = createRandom(seed)
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T
  // The first numbers of near seeds are alike.
  for (let turn = 0; turn < 5; turn += 1) random(2)
  const delimiter = pick(DELIMITERS)
  const quoting = pick(QUOTES)
  const header = pick(HEADERS)
  const ragged = pick(RAGGED)
  const preamble = pick(Object.keys(PREAMBLES))
  const total = pick(Object.keys(TOTALS))
  const end = pick(ENDS)
  const encoding = pick(['utf-8', 'utf-8 with mark', 'utf-16le', ...table.encodings])

  const between = quoting === 'blank before' ? `${delimiter} ` : delimiter
  const line = (cells: readonly string[]) =>
    cells.map((cell) => writeCell(cell, delimiter, quoting)).join(between) +
    (ragged === 'trailing delimiter' ? delimiter : '')
  const width = table.names.length + (ragged === 'trailing delimiter' ? 1 : 0)
  const isShort = header === 'last missing' && ragged !== 'trailing delimiter'
  const names = isShort ? table.names.slice(0, -1) : table.names
  const body = table.rows.flatMap((row, index) => {
    const lines = [line(row)]
    if (header === 'repeated' && index === 3) lines.unshift(line(names))
    if (ragged === 'blank lines' && index % 3 === 2) lines.push('')
    return lines
  })
  const lines = [
    ...(PREAMBLES[preamble]?.(width, delimiter) ?? []),
    line(names),
    ...body,
    ...(TOTALS[total]?.(width, delimiter) ?? []),
  ]
  const text = lines.join(end) + end
  // A repeated header is data where it fits its columns.
  const isData = header === 'repeated' && table.name === 'names alone'
  const rows = isData ? [...table.rows.slice(0, 3), names, ...table.rows.slice(3)] : table.rows
  return {
    traits: [
      `delimiter ${delimiter === '\t' ? 'tab' : delimiter}`,
      `quotes ${quoting}`,
      `header ${isShort ? header : header === 'last missing' ? 'plain' : header}`,
      `rows ${ragged === 'none' ? 'plain' : ragged}`,
      `preamble ${preamble}`,
      `footer ${total}`,
      `encoding ${encoding}`,
    ],
    bytes: encode(text, encoding),
    names: isShort ? [...names, ''] : names,
    rows,
  }
}
