const FORM =
  /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/

/** Whether a calendar has this day: JavaScript takes 30 February for 2 March. */
const exists = (date: string): boolean => {
  const time = Date.parse(date)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
}

/**
 * The UTC day, `YYYY-MM-DD`, of a date or of a date-time with an offset.
 *
 * @returns undefined when it is neither, or not in the years 1 to 9999 in UTC
 */
export function utcDay(text: string): string | undefined {
  const date = FORM.exec(text)?.[1]
  if (date === undefined || !exists(date)) return undefined
  const day = new Date(Date.parse(text)).toISOString().slice(0, 10)
  return /^\d{4}-/.test(day) && !day.startsWith('0000') ? day : undefined
}
