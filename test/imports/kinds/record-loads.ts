import type { ImportOptions } from '../../../src/features/imports/kinds/options.ts'
import { createTransactionLoader } from '../../../src/features/imports/kinds/transactions/transactions-kind.ts'
import { createUserLoader } from '../../../src/features/imports/kinds/users/users-kind.ts'
import { createRowReader } from '../../../src/features/transactions/row-reader.ts'
import { createTransactionImport } from '../../../src/features/transactions/transaction-import.ts'
import { createUserLookup } from '../../../src/features/users/lookup.ts'
import type { Caller } from '../../../src/http/auth.ts'
import type { TestService } from '../../setup/service.ts'
import { runLoader } from './load-context.ts'

/** Loads files of records into the database of a running service. */
export function openRecordLoads({ services, database }: TestService) {
  const { crypto } = services
  const lookup = createUserLookup(crypto)
  const loaders = {
    users: createUserLoader(crypto),
    transactions: createTransactionLoader(
      createTransactionImport({ crypto, lookup, reader: createRowReader('USD') }),
    ),
  }
  return async (
    kind: 'transactions' | 'users',
    { id }: Pick<Caller, 'id'>,
    file: string | Buffer,
    options?: Partial<ImportOptions>,
  ) => {
    const [row] = await database.query<{ id: string }>(
      `INSERT INTO imports (user_id, kind, name, options) VALUES ($1, $2::"ImportKind", $3, '{}') RETURNING id`,
      [id, kind, kind],
    )
    return await runLoader(loaders[kind], {
      databaseUrl: database.url,
      importId: BigInt(row?.id ?? 0),
      userId: BigInt(id),
      name: kind,
      file,
      ...(options && { options }),
    })
  }
}
