import type { NumberFormat } from './number-format.ts'

/** A decimal separator, by which an amount is read. */
export type DecimalMark = '.' | ','

/** An amount as an account statement has it, without what surrounds the digits. */
interface Stripped {
  readonly negative: boolean
  readonly digits: string
  /** The code or sign of its currency; '' without one. */
  readonly currency: string
}

const BLANKS = '[ \\u00a0\\u202f]'
const MINUS = '[-\\u2212]'
/** Codes are those that Node.js knows; signs are any, also with the letters that some begin with. */
const CODES = new Set(Intl.supportedValuesOf('currency'))
const CURRENCY = `[A-Z]{3}|[A-Z]{0,3}\\p{Sc}|Rs\\.?|kr\\.?|Fr\\.?|zł|Kč|Ft|lei|лв\\.?`
const SURROUNDED = new RegExp(
  `^(?<open>\\()?(?<sign>${MINUS}|\\+)?${BLANKS}?(?<before>${CURRENCY})?${BLANKS}?(?<inner>${MINUS}|\\+)?${BLANKS}?` +
    `(?<digits>[\\d.,](?:[\\d.,'’ \\u00a0\\u202f]*\\d)?)` +
    `(?<trailing>${MINUS}|\\+)?${BLANKS}?(?<after>${CURRENCY})?(?<last>${MINUS}|\\+)?(?<close>\\))?$`,
  'u',
)

/** Longer cells are no amounts. */
const MAX_CHARACTERS = 100

/** Takes sign and currency off; undefined if the text is no amount. */
function strip(text: string): Stripped | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  const found = SURROUNDED.exec(text.trim())?.groups
  if (found === undefined) return undefined
  const { open, close, before, after, digits = '' } = found
  const signs = [found['sign'], found['inner'], found['trailing'], found['last']].filter(
    (sign) => sign !== undefined,
  )
  if ((open === undefined) !== (close === undefined)) return undefined
  if (signs.length + (open === undefined ? 0 : 1) > 1) return undefined
  if (before !== undefined && after !== undefined) return undefined
  const currency = before ?? after ?? ''
  if (/^[A-Z]{3}$/.test(currency) && !CODES.has(currency)) return undefined
  return { negative: open !== undefined || (signs[0] ?? '+') !== '+', digits, currency }
}

/** The pattern of digits in groups: of three, or the last of three and the others of two as in India. */
function groupsOf(separator: string): string {
  const western = `\\d{1,3}(?:${separator}\\d{3})+`
  return separator === ',' ? `${western}|\\d{1,2}(?:,\\d{2})+,\\d{3}` : western
}

const SEPARATORS = { ',': ',', '.': '\\.', "'": "['\\u2019]", ' ': BLANKS } as const
type Separator = keyof typeof SEPARATORS

/** The pattern of digits with a decimal mark, in groups by any of the other separators. */
function patternOf(mark: DecimalMark, thousands: NumberFormat['thousands']): RegExp {
  const all = Object.keys(SEPARATORS) as Separator[]
  const separators = thousands === null ? all.filter((one) => one !== mark) : [thousands]
  const groups = separators.map((one) => groupsOf(SEPARATORS[one]))
  const whole = [...groups, '\\d+'].join('|')
  return new RegExp(`^(?<whole>${whole})?(?:${SEPARATORS[mark]}(?<fraction>\\d+))?$`)
}

/** Reads amounts as account statements have them. */
export interface AccountingReader {
  /** The marks by which amounts may be read: one if it was declared or follows from what was. */
  readonly marks: readonly DecimalMark[]
  /**
   * The amount as plain digits with a point; undefined if it is none. Where there is one mark
   * alone, it is read by that.
   */
  read(text: string, mark: DecimalMark): string | undefined
  /** The code or sign of the currency in a cell; '' without one. */
  currencyOf(text: string): string
}

/**
 * Creates a reader of `+5.00`, `(30.00)`, `12.50-`, `−1.00`, `EUR 5.00`, `5,00 €`, `1'234.50` and
 * `1,23,456.78`. The currency is left out.
 */
export function createAccountingReader(format: NumberFormat): AccountingReader {
  const { decimal, thousands, isDeclared } = format
  const given: readonly DecimalMark[] = isDeclared ? [decimal] : ['.', ',']
  const marks = given.filter((mark) => mark !== thousands)
  const patterns = new Map(marks.map((mark) => [mark, patternOf(mark, thousands)]))
  const only = marks.length === 1 ? marks[0] : undefined
  return {
    marks,
    read(text, mark) {
      const stripped = strip(text)
      if (stripped === undefined) return undefined
      const found = patterns.get(only ?? mark)?.exec(stripped.digits)?.groups
      const { whole = '', fraction } = found ?? {}
      if (found === undefined || (whole === '' && fraction === undefined)) return undefined
      const decimals = fraction === undefined ? '' : `.${fraction}`
      return `${stripped.negative ? '-' : ''}${whole.replace(/\D/g, '')}${decimals}`
    },
    currencyOf: (text) => strip(text)?.currency ?? '',
  }
}
