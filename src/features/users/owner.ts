import type { LookUps } from '../../database/client.ts'
import { shareLookUp } from '../../database/sharing/share-statement.ts'
import type { Role } from '../../generated/schemas.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { Owner } from './access.ts'
import { decryptName } from './fields.ts'

/** Whose a record is to be. */
export interface NamedOwner extends Owner {
  readonly id: bigint
  /** Decrypted when it is read. */
  readonly name: string
}

interface Row {
  readonly place: number
  readonly role: Role
  readonly name: Uint8Array
}

const OWNERS = `
  SELECT place::int AS place, role, name
  FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place)
  CROSS JOIN LATERAL (
    SELECT users.role::text AS role, users.name FROM users WHERE users.id = asked.id OFFSET 0) AS owner`

const toOwner = (crypto: FieldCrypto, id: number, { role, name }: Row): NamedOwner => {
  const userId = BigInt(id)
  return {
    id: userId,
    role,
    get name() {
      return decryptName(crypto, userId, name)
    },
  }
}

/** Creates what finds the owner of a new record. Requests that arrive together share a look-up. */
export function createOwnerLookUp(lookUps: LookUps, crypto: FieldCrypto) {
  const find = shareLookUp<Row>(lookUps, OWNERS)
  return async (id: number): Promise<NamedOwner | undefined> => {
    const row = await find(id)
    return row && toOwner(crypto, id, row)
  }
}

/** Finds the owners of many new records, by their ids. @param ids distinct ones */
export async function findOwners(
  lookUps: LookUps,
  crypto: FieldCrypto,
  ids: readonly number[],
): Promise<ReadonlyMap<number, NamedOwner>> {
  const rows = await lookUps.rows<Row>(OWNERS, [ids])
  return new Map(
    rows.map((row) => {
      const id = ids[row.place - 1] as number
      return [id, toOwner(crypto, id, row)]
    }),
  )
}
