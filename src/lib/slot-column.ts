import type { Slot } from './crypto.ts'

/** The column that holds a blind index in this slot. */
export const slotColumn = (column: string, slot: Slot): string =>
  slot === 1 ? column : `${column}_2`
