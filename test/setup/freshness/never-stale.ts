import { expect } from 'vitest'
import { type Kind, type Scene, TURNS } from './kinds.ts'

const READERS_PER_CLIENT = 3

/**
 * Has all writers of a kind write while both processes are read, and expects that no read is older than what was committed
 * before it began. Ends with every reader seeing everything, twice.
 */
export async function expectNeverStale(scene: Scene, kind: Kind): Promise<void> {
  await kind.begin(scene)
  const committed = kind.writers.map(() => 0)
  let isWriting = true

  async function write(writer: Kind['writers'][number], index: number): Promise<void> {
    for (let turn = 1; turn <= TURNS; turn += 1) {
      await writer(scene, turn)
      committed[index] = turn
    }
  }
  async function expectFresh(client: Scene['clients'][number]): Promise<void> {
    const known = [...committed]
    const seen = await kind.read(client, scene)
    const stale = known.filter((count, index) => !((seen[index] as number) >= count))
    expect({ known, seen, stale }).toEqual({ known, seen, stale: [] })
  }
  async function readOn(client: Scene['clients'][number]): Promise<void> {
    while (isWriting) await expectFresh(client)
  }

  const readers = scene.clients.flatMap((client) =>
    Array.from({ length: READERS_PER_CLIENT }, () => readOn(client)),
  )
  const written = Promise.all(kind.writers.map(write)).finally(() => {
    isWriting = false
  })
  await Promise.all([written, ...readers])
  for (const client of [...scene.clients, ...scene.clients]) {
    expect(await kind.read(client, scene)).toEqual(committed)
  }
}
