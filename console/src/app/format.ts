const LOCALE = 'en-GB'
const counts = new Intl.NumberFormat(LOCALE)
const dates = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeZone: 'UTC' })
const times = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' })
const months = new Intl.DateTimeFormat(LOCALE, { month: 'short', year: 'numeric', timeZone: 'UTC' })
const sizes = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 })

export const formatCount = (count: number): string => counts.format(count)

/** A decimal of any length with its digits grouped: nothing is rounded. */
export function formatAmount(amount: string): string {
  const digits = amount.split('.')[1]?.length ?? 0
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(LOCALE, format).format(amount as Intl.StringNumericLiteral)
}

/** A day of UTC, from `2026-01-31` or a time. */
export const formatDate = (date: string): string => dates.format(new Date(date))

/** A moment, in the time of the browser. */
export const formatTime = (time: string): string => times.format(new Date(time))

/** `2026-01` as Jan 2026. */
export const formatMonth = (month: string): string => months.format(new Date(`${month}-01`))

/** 1,234,567 bytes as 1.2 MB. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${sizes.format(bytes / 1000 ** step)} ${units[step]}`
}

/** `in_progress` as In progress. */
export const formatWord = (word: string): string =>
  word.charAt(0).toUpperCase() + word.slice(1).replaceAll(/[_.]/g, ' ')

/** 95 as 1 min 35 s. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  return `${formatCount(Math.floor(whole / 60))} min ${whole % 60} s`
}
