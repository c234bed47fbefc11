/** A table that is written in many ways: names of columns, and rows of cells. */
export interface BenchTable {
  readonly name: string
  readonly names: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The encodings other than those of Unicode that have all its characters. */
  readonly encodings: readonly string[]
}

/** Numbers that look random and come again. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

const two = (value: number) => String(value).padStart(2, '0')
const WESTERN = ['windows-1252', 'cp850', 'macintosh']

const random = createRandom(7)
const pick = (values: readonly string[]): string => values[random(values.length)] as string
const rows = (count: number, make: (index: number) => readonly string[]) =>
  Array.from({ length: count }, (_, index) => make(index))
const day = () => `2026-${two(1 + random(12))}-${two(1 + random(28))}`
const germanDay = () => `${two(13 + random(15))}.${two(1 + random(12))}.2026`
const amount = () => `${random(900)}.${two(random(100))}`

const GERMAN = ['Müller', 'Jäger', 'Größmann', 'Weiß', 'Schröder', 'Bäcker', 'Köhler', 'Lange']
const FRENCH = ['Lefèvre', 'Béranger', 'Garçon', 'Noël', 'Châtelain', 'Hélène', 'Dupont']
const POLISH = ['Łukasz', 'Wałęsa', 'Gdańsk', 'Częstochowa', 'Świętek', 'Jóźwiak', 'Kraków']
const RUSSIAN = ['Иванов', 'Петрова', 'Сидоров', 'Кузнецова', 'Смирнов', 'Попова']
const TOWNS = ['Hull', 'York', 'Bath', 'Ely', 'Leeds', 'Bristol', 'Kent']
const SENTENCES = [
  'paid, at last',
  'said "no" twice',
  'first; then second',
  'nothing',
  'a | b',
  "it's late",
]

/** Tables of the kinds that people send. */
export const TABLES: readonly BenchTable[] = [
  {
    name: 'orders',
    names: ['id', 'customer', 'amount', 'day', 'note'],
    rows: rows(12, (index) => [`${index + 1}`, pick(TOWNS), amount(), day(), pick(SENTENCES)]),
    encodings: [],
  },
  {
    name: 'statement',
    names: ['Buchungstag', 'Empfänger', 'Verwendungszweck', 'Betrag'],
    rows: rows(6, () => [
      germanDay(),
      pick(GERMAN),
      `Rechnung ${random(900)}`,
      `-${random(90)},${two(random(100))}`,
    ]),
    encodings: WESTERN,
  },
  {
    name: 'people of France',
    names: ['nom', 'ville', 'âge'],
    rows: rows(9, () => [pick(FRENCH), pick(FRENCH), `${20 + random(60)}`]),
    encodings: WESTERN,
  },
  {
    name: 'people of Poland',
    names: ['imię', 'miasto', 'rok'],
    rows: rows(9, () => [pick(POLISH), pick(POLISH), `${1950 + random(50)}`]),
    encodings: ['iso-8859-2', 'windows-1250'],
  },
  {
    name: 'people of Russia',
    names: ['имя', 'сумма', 'дата'],
    rows: rows(7, () => [pick(RUSSIAN), amount(), day()]),
    encodings: ['windows-1251'],
  },
  {
    name: 'measurements',
    names: ['time', 'sensor', 'value', 'ok'],
    rows: rows(15, () => [
      `${day()}T${two(random(24))}:${two(random(60))}:00Z`,
      `s-${random(9)}`,
      `0.${100 + random(900)}`,
      random(2) ? 'true' : 'false',
    ]),
    encodings: [],
  },
  {
    name: 'names alone',
    names: ['first', 'last', 'town'],
    rows: rows(8, (index) => [`${pick(GERMAN)}`, `Smith${index}`, pick(TOWNS)]),
    encodings: WESTERN,
  },
  {
    name: 'hosts',
    names: ['host', 'address', 'mac', 'seen'],
    rows: rows(6, (index) => [
      `host${index}.example`,
      `10.0.${random(255)}.${random(255)}`,
      `00:1b:44:11:3a:${two(10 + random(80))}`,
      `${two(random(24))}:${two(random(60))}`,
    ]),
    encodings: [],
  },
  {
    name: 'links',
    names: ['title', 'url', 'count'],
    rows: rows(5, (index) => [
      pick(SENTENCES),
      `https://a.example/${index}?q=1`,
      `${random(5000)}`,
    ]),
    encodings: [],
  },
  {
    name: 'figures of years',
    names: ['country', 'y2024', 'y2025', 'y2026'],
    rows: rows(5, (index) => [`${TOWNS[index]}`, amount(), amount(), amount()]),
    encodings: [],
  },
]
