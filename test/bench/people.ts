/** Invented people for measurements: the same ones for the same number, with a skew like that of real ones. */

/** A person, and where they work and bank. */
export interface Person {
  readonly name: string
  readonly email: string
  readonly age: number | null
  readonly pincode: string
  readonly company: string
  /** One bank or two. */
  readonly banks: readonly string[]
  readonly accountNumbers: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const FIRST_YEAR = Date.parse('2023-01-01T00:00:00.000Z')
const MINUTE_MS = 60_000

/** Every combination of a beginning, a middle and an end: words that nobody is called by. */
const combine = (starts: string, middles: string, ends: string): readonly string[] =>
  starts
    .split(' ')
    .flatMap((start) =>
      middles
        .split(' ')
        .flatMap((middle) => ends.split(' ').map((end) => `${start}${middle}${end}`)),
    )

const FIRST_NAMES = combine(
  'Ma Ra Ka Be Sa Lo Vi Ne Ti Or Du Fe Za Hy Qu',
  'l nd r v',
  'ia o en ur as',
)
const LAST_NAMES = combine(
  'Tor Vel Bran Kes Mor Pal Ash Dro Wen Gul Sor Hin Jap Lum Ced',
  'i a o e',
  'sk ves mar ton lli',
)
const COMPANIES = combine(
  'Nor Alt Vex Ori Pan Zen Kor Lumi Tera Qua',
  'dal vis mo ter fin',
  'Works Trade Labs Foods Motors Care Soft Lines Power Build',
)
const BANKS = combine(
  'First Union River Harbour North Old Green Silver',
  '',
  'Bank Savings Trust Credit Mutual',
)
const MAILS = ['post', 'mail', 'inbox', 'letter', 'box'].map((name) => `${name}.example`)
const PINCODES = 20_000

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Person number so and so. The first of a list is picked most: of the banks, for a tenth of all people. */
export function createPerson(number: number): Person {
  const random = createRandom(number)
  const place = (length: number, skew: number) => Math.floor(length * random() ** skew)
  const pick = (list: readonly string[], skew: number) => list[place(list.length, skew)] ?? ''
  const [first, last] = [pick(FIRST_NAMES, 1.5), pick(LAST_NAMES, 1.5)]
  const bank = pick(BANKS, 1.6)
  const second = pick(BANKS, 1.6)
  const banks = random() < 0.3 && second !== bank ? [bank, second] : [bank]
  const created = FIRST_YEAR + number * MINUTE_MS
  return {
    name: `${first} ${last}`,
    email: `${first}.${last}${number}@${pick(MAILS, 1)}`.toLowerCase(),
    age: random() < 0.02 ? null : 18 + Math.floor(36 * (random() + random())),
    pincode: String(100_000 + place(PINCODES, 1.2) * 37),
    company: pick(COMPANIES, 2),
    banks,
    accountNumbers: banks.map((_, index) => String(10_000_000_000 + number * 2 + index)),
    createdAt: new Date(created),
    updatedAt: new Date(created + Math.floor(random() * 30 * 86_400_000)),
  }
}
