import type pg from 'pg'
import { connectDedicated } from '../../database/dedicated-connection.ts'
import { FORMER_KEY_MS, type KeyUseRow, keyUseOf } from '../../database/key-use.ts'
import { StartupError } from '../../errors.ts'
import { createFieldCrypto, type FieldCrypto, type Slot } from '../../lib/crypto.ts'
import { isIndexKey } from '../../lib/encryption-keys.ts'
import { clearSlot } from './clear-slot.ts'
import { ENCRYPTED_COLUMNS } from './encrypted-columns.ts'
import { fillSlot } from './fill-slot.ts'
import { assertAllHave, awaitFollowers, type Patience } from './followers.ts'
import { INDEXED_TABLES } from './indexed-tables.ts'
import { reencrypt } from './reencrypt.ts'

/** No statement of a rotation touches more than a batch of rows. */
const LIMITS = { statement: 60_000, lock: 5_000, connect: 10_000 }
/** Longer than a request may take (`http/deadline.ts`). */
const PATIENCE: Patience = { requestMs: 5_000 }

/** What a rotation did. */
export interface Rotated {
  readonly fieldKey: string
  readonly indexKey: string
  /** Values that were encrypted anew. */
  readonly values: number
}

interface Rotation {
  readonly session: pg.Client
  readonly crypto: FieldCrypto
  readonly patience: Patience
  readonly say: (line: string) => void
  /** The version of `key_use` that all processes follow, as far as this run knows. */
  followed?: string
}

async function readUse({ session, crypto }: Rotation): Promise<KeyUseRow> {
  const { rows } = await session.query<KeyUseRow>('SELECT * FROM key_use')
  const row = rows[0] as KeyUseRow
  const keys = keyUseOf(row)
  if (keys) crypto.use(keys)
  return row
}

/** Changes which keys are in use, and waits until all processes follow. */
async function change(rotation: Rotation, sets: string, values: readonly unknown[] = []) {
  await rotation.session.query(`UPDATE key_use SET version = version + 1, ${sets}`, [...values])
  await settle(rotation, await readUse(rotation))
}

/** Waits until all processes follow. An earlier run may have been ended while it waited. */
async function settle(rotation: Rotation, { version }: KeyUseRow): Promise<void> {
  if (rotation.followed === String(version)) return
  await awaitFollowers(rotation.session, rotation.patience)
  rotation.followed = String(version)
}

const unreadable = (count: number, place: string) =>
  new StartupError(
    `${count} values of ${place} are read by no key of ENCRYPTION_KEYS; bring the missing key back, then run this again.`,
  )

async function rotateFields(rotation: Rotation, target: string): Promise<number> {
  const { session, crypto, say } = rotation
  const row = await readUse(rotation)
  if (row.field_key !== target) {
    say(`Values are encrypted under ${target} from now on.`)
    await change(rotation, 'field_key = $1', [target])
  } else {
    await settle(rotation, row)
  }
  let values = 0
  for (const column of ENCRYPTED_COLUMNS) {
    const done = await reencrypt(session, crypto, column, target)
    const place = `${column.table}.${column.column}`
    if (done.unreadable > 0) throw unreadable(done.unreadable, place)
    if (done.changed > 0) say(`${place}: ${done.changed} values encrypted anew.`)
    values += done.changed
  }
  return values
}

/** The slot whose columns are empty but for a rotation. */
const otherSlot = ({ index_slot }: KeyUseRow) => (3 - index_slot) as Slot

async function fill({ session, crypto }: Rotation, slot: Slot): Promise<void> {
  for (const indexed of INDEXED_TABLES) {
    const left = await fillSlot(session, crypto, indexed, slot)
    if (left > 0) throw unreadable(left, indexed.table)
  }
}

/** @throws StartupError while answers may be kept under an index key that went: processes know one such key */
function assertNoFormer({ former_index_key, switched_at }: KeyUseRow): void {
  if (former_index_key === null || switched_at === null) return
  const until = switched_at.getTime() + FORMER_KEY_MS
  if (until < Date.now()) return
  throw new StartupError(
    `Answers are kept under ${former_index_key} for a day; run this again after ${new Date(until).toISOString()}.`,
  )
}

/** Takes the rotation of the index key one phase further. `key-use.ts` says what each phase is. */
async function nextPhase(rotation: Rotation, row: KeyUseRow, target: string): Promise<void> {
  const { say } = rotation
  const next = otherSlot(row)
  if (row.phase === 'settled') {
    assertNoFormer(row)
    say(`Indexes are made under ${target} as well from now on.`)
    return await change(rotation, `phase = 'filling', next_index_key = $1`, [target])
  }
  await settle(rotation, row)
  await fill(rotation, next)
  if (row.phase === 'filling') {
    say(`Every row has its index under ${row.next_index_key}, and is looked up by it from now on.`)
    return await change(rotation, `phase = 'switched'`)
  }
  // From the switch on the database refuses rows without the new index, so none has come since it was filled.
  await change(
    rotation,
    `phase = 'settled', index_key = next_index_key, next_index_key = NULL, index_slot = $1,
     former_index_key = index_key, switched_at = now()`,
    [next],
  )
}

async function rotateIndexes(rotation: Rotation, target: string): Promise<void> {
  const { session, say } = rotation
  for (;;) {
    const row = await readUse(rotation)
    if (row.phase === 'settled') {
      await settle(rotation, row)
      for (const indexed of INDEXED_TABLES) await clearSlot(session, indexed, otherSlot(row))
      if (row.index_key === target) return say(`Every index is under ${target} alone.`)
    }
    await nextPhase(rotation, row, target)
  }
}

/** The newest keys: the first of each kind. */
function targetsOf({ keyIds }: FieldCrypto) {
  const fieldKey = keyIds.find((id) => !isIndexKey(id)) as string
  const indexKey = keyIds.find(isIndexKey) as string
  return { fieldKey, indexKey }
}

/** Lets processes start without the other keys. */
async function retireOthers({ session }: Rotation, keyIds: readonly string[]): Promise<void> {
  await session.query(
    `UPDATE encryption_keys
     SET retired_at = CASE key_id WHEN former_index_key THEN switched_at + make_interval(secs => $2) ELSE now() END
     FROM key_use WHERE retired_at IS NULL AND key_id <> ALL ($1)`,
    [keyIds, FORMER_KEY_MS / 1000],
  )
}

async function rotateAll(rotation: Rotation): Promise<Rotated> {
  const { session, crypto } = rotation
  const { fieldKey, indexKey } = targetsOf(crypto)
  const { next_index_key } = await readUse(rotation)
  const needed = [fieldKey, indexKey, ...(next_index_key === null ? [] : [next_index_key])]
  await assertAllHave(session, needed)
  await session.query('UPDATE encryption_keys SET retired_at = NULL WHERE key_id = ANY ($1)', [
    needed,
  ])
  const values = await rotateFields(rotation, fieldKey)
  await rotateIndexes(rotation, indexKey)
  await retireOthers(rotation, [fieldKey, indexKey])
  return { fieldKey, indexKey, values }
}

/**
 * Has all stored values and indexes made anew under the newest keys, while the service goes on. It may be ended at any
 * time: the next run goes on where it was.
 *
 * @param say told each step
 * @throws StartupError when another rotation runs, a running process lacks a key, or a value cannot be read
 */
export async function rotateKeys(
  databaseUrl: string,
  encryptionKeys: string,
  say: (line: string) => void,
  patience = PATIENCE,
): Promise<Rotated> {
  const session = await connectDedicated(databaseUrl, 'passbook keys', LIMITS)
  try {
    const { rows } = await session.query<{ free: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('passbook keys')) AS free`,
    )
    if (!rows[0]?.free) throw new StartupError('Another rotation of keys is under way.')
    await session.query(
      `SELECT set_config('passbook.key_rotation', 'on', false), set_config('enable_seqscan', 'off', false)`,
    )
    return await rotateAll({ session, crypto: createFieldCrypto(encryptionKeys), patience, say })
  } finally {
    await session.end().catch(() => undefined)
  }
}
