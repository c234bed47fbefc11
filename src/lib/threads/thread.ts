import { move, transferableSymbol, valueSymbol, workerData } from 'piscina'

/** What a thread was started with. */
export const threadData: unknown = workerData

/** Returns a result from a thread whose buffers move to the caller in place of being copied. */
export const moved = (result: object, buffers: readonly ArrayBuffer[]) =>
  move({ [transferableSymbol]: buffers, [valueSymbol]: result })
