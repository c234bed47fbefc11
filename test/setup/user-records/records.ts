import type { OperationId } from '../../../src/generated/operations.ts'
import { type Cast, useCast } from '../cast.ts'

/** The fields of every user record. */
export interface UserRecord {
  readonly id: number
  readonly user_id: number
  readonly updated_at: string
}

/** A kind of record that belongs to a user. At most one per user is chosen: current, or primary. */
export interface RecordKind<R extends UserRecord = UserRecord> {
  /** Its name in a 404. */
  readonly name: string
  /** The path segment below the user, and the path parameter after it. */
  readonly path: string
  readonly param: string
  readonly operations: Readonly<
    Record<'create' | 'get' | 'list' | 'update' | 'remove', OperationId>
  >
  /** The required fields of a valid body; unique ones differ with each call. */
  readonly required: () => Partial<R>
  /** Every optional field, with a possible value. */
  readonly optional: Partial<R>
  /** An optional field that accepts any text. */
  readonly text: string
  /** The field that marks the chosen record. */
  readonly flag: string
  /** What the flag means: current, or primary. */
  readonly chosen: string
  /**
   * The field that reports group by, and the table and column that store its case-insensitive key.
   */
  readonly title: string
  readonly table: string
  readonly key: string
}

/** Requests for one kind of records, by default for the user and as the user. */
export interface UserRecords<R extends UserRecord = UserRecord>
  extends ReturnType<typeof requests<R>> {}

/** Starts a service, like {@link useCast}, for one kind of records. */
export const useUserRecords = <R extends UserRecord>(of: RecordKind<R>): UserRecords<R> =>
  requests(of, useCast())

/** Means: send no token. */
export const nobody = ''

function requests<R extends UserRecord>(of: RecordKind<R>, cast: Cast) {
  const { operations, param } = of
  const call = (kind: keyof typeof operations, params: object, request: object) =>
    cast.service.call(operations[kind], { params: { ...params }, ...request })

  const create = (id: number, body: unknown, token = cast.user.token, headers = {}) =>
    call('create', { id }, { body, token, headers })
  const get = (record: number | string, token = cast.user.token, headers = {}, id = cast.user.id) =>
    call('get', { id, [param]: record }, { token, headers })
  const list = (id: number, token = cast.user.token, query = {}) =>
    call('list', { id }, { token, query })

  return {
    of,
    cast,
    create,
    get,
    list,
    update: (
      record: number,
      body: unknown,
      token = cast.user.token,
      headers = {},
      id = cast.user.id,
    ) => call('update', { id, [param]: record }, { body, token, headers }),
    remove: (record: number | string, token = cast.user.token, headers = {}, id = cast.user.id) =>
      call('remove', { id, [param]: record }, { token, headers }),
    /** Creates a record with every field, as an admin. */
    async add(fields: object = {}, id = cast.user.id): Promise<R> {
      const body = { ...of.required(), ...of.optional, ...fields }
      return (await create(id, body, cast.admin.token)).body
    },
    /** Reads the current state of a record. */
    read: async (record: number, id = cast.user.id): Promise<R> =>
      (await get(record, cast.admin.token, {}, id)).body,
    /** Reads the current state of a user's first hundred records. */
    all: async (id: number): Promise<readonly (R & Readonly<Record<string, unknown>>)[]> =>
      (await list(id, cast.admin.token, { per_page: 100 })).body,
  }
}
