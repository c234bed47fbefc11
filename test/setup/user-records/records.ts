import type { OperationId } from '../../../src/generated/operations.ts'
import { type Cast, useCast } from '../cast.ts'

/** What every record of a user has. */
export interface UserRecord {
  readonly id: number
  readonly user_id: number
  readonly updated_at: string
}

/** A kind of records that belong to a user, of which at most one is chosen: current, or primary. */
export interface RecordKind<R extends UserRecord = UserRecord> {
  /** As a 404 calls it. */
  readonly name: string
  /** The path segment below the user, and the path parameter after it. */
  readonly path: string
  readonly param: string
  readonly operations: Readonly<
    Record<'create' | 'get' | 'list' | 'update' | 'remove', OperationId>
  >
  /** What makes a valid body; another one with each call where something must be unique. */
  readonly required: () => Partial<R>
  /** Every field that can have no value, with one that it can have. */
  readonly optional: Partial<R>
  /** An optional field that holds any text. */
  readonly text: string
  /** The field that says whether it is the chosen one. */
  readonly flag: string
  /** What the flag says. */
  readonly chosen: string
  /** The field with the name that reports look for, and where that is stored without regard to case. */
  readonly title: string
  readonly table: string
  readonly key: string
}

/** The requests for one kind of records, of the user and as the user where nothing else is said. */
export interface UserRecords<R extends UserRecord = UserRecord>
  extends ReturnType<typeof requests<R>> {}

/** Starts a service, as {@link useCast} does, to ask for one kind of records. */
export const useUserRecords = <R extends UserRecord>(of: RecordKind<R>): UserRecords<R> =>
  requests(of, useCast())

/** What stands for no token. */
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
    /** One with every field, made by an admin. */
    async add(fields: object = {}, id = cast.user.id): Promise<R> {
      const body = { ...of.required(), ...of.optional, ...fields }
      return (await create(id, body, cast.admin.token)).body
    },
    /** One as it is now. */
    read: async (record: number, id = cast.user.id): Promise<R> =>
      (await get(record, cast.admin.token, {}, id)).body,
    /** The first hundred of a user as they are now. */
    all: async (id: number): Promise<readonly (R & Readonly<Record<string, unknown>>)[]> =>
      (await list(id, cast.admin.token, { per_page: 100 })).body,
  }
}
