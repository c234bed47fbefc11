import { type Import, type Passbook, streamImport, uploadImport } from '#sdk'
import { StartupError } from '../../errors.ts'
import type { Screen } from '../../lib/terminal.ts'
import { createDraw } from './draw.ts'
import { step } from './run.ts'

const ROWS = 240
const FIRST_DAY = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000
const SHOPS = ['North', 'South', 'Harbour', 'Old Town'] as const
const GOODS = ['Cotton', 'Linen', 'Silk', 'Wool', 'Thread'] as const

/** A file as a shop writes it, the same in every run. */
function ordersFile(): string {
  const draw = createDraw()
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const day = new Date(FIRST_DAY + Math.floor(index / 2) * DAY_MS).toISOString().slice(0, 10)
    const price = `${1 + draw(90)}.${draw(2) === 0 ? '00' : '50'}`
    return [index + 1, day, SHOPS[draw(4)], GOODS[draw(5)], 1 + draw(20), price].join(',')
  })
  return ['Order,Day,Shop,Goods,Pieces,Price', ...rows, ''].join('\n')
}

/**
 * Loads a file of orders as a dataset, to have one to look at.
 *
 * @param tag part of its name, since a name exists once
 * @throws StartupError when it is not loaded
 */
export async function loadOrders(
  client: Passbook,
  tag: string,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const loading = async () => {
    const query = { kind: 'dataset', name: `orders_${tag}` } as const
    const file = new Blob([ordersFile()])
    const { id, status } = await uploadImport({ client, query, file, signal })
    let last: Import['status'] = status
    for await (const seen of streamImport({ client, path: { id }, signal })) last = seen.status
    if (last !== 'completed') throw new StartupError('The dataset could not be loaded.')
  }
  await step(screen, 'Dataset', ROWS, loading)
}
