import { type Database, type Prisma, violatesForeignKey } from '../../database/client.ts'
import {
  AppError,
  bodyError,
  conflict,
  invalid,
  notFoundByName,
  queryError,
  unauthorized,
} from '../../errors.ts'
import type { ImportProfileCreate, ImportProfileOptions } from '../../generated/schemas.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { Requester } from './accept-file.ts'
import type { ProfileRecord } from './profiles.view.ts'
import { assertOptionsOfKind, type ImportQuery } from './query.ts'

/** How many profiles an account may have. */
export const MAX_PROFILES = 100

export type ProfileService = ReturnType<typeof createProfileService>
type Owner = Pick<Requester, 'id'>

const exists = () =>
  conflict(
    'profile_exists',
    'You have an import profile of this name; delete it, or send another name',
  )

/** The query of a request that gives what a profile holds. */
const queryOf = (kind: ImportQuery['kind'], options: ImportProfileOptions): ImportQuery => ({
  kind,
  dry_run: false,
  welcome: false,
  if_exists: 'fail',
  ...(options as Omit<Partial<ImportQuery>, 'kind'>),
})

/** @throws AppError 422 for options that the kind does not have */
function assertOptions({ kind, options }: ImportProfileCreate): void {
  try {
    assertOptionsOfKind(queryOf(kind, options))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const errors = error.options.errors ?? []
    throw invalid(
      errors.map(({ path, code, message }) => {
        // `column[name]` of a query is `column/name` of a body.
        const pointer = path.replace(/\[(.*)\]$/, '/$1')
        return bodyError(`/options/${pointer}`, code, message)
      }),
    )
  }
}

/** Adds what the request does not give. Of maps, each entry is given by itself. */
function merge(query: ImportQuery, options: ImportProfileOptions): ImportQuery {
  const { column, type, rename, default: defaults } = options
  return {
    ...queryOf(query.kind, options),
    ...query,
    ...(column && { column: { ...column, ...query.column } }),
    ...(type && { type: { ...type, ...query.type } }),
    ...(rename && { rename: { ...rename, ...query.rename } }),
    ...(defaults && { default: { ...defaults, ...query.default } }),
  }
}

/** Keeps options of imports for their owner alone. Others get 404, admins as well. */
export function createProfileService({ database }: { readonly database: Database }) {
  const find = async ({ id }: Owner, name: string): Promise<ProfileRecord | null> =>
    await database.importProfile.findUnique({ where: { userId_name: { userId: id, name } } })

  return {
    /** @throws AppError 409 when there is one of the name, or as many as there may be; 422 */
    async create({ id: userId }: Owner, input: ImportProfileCreate): Promise<ProfileRecord> {
      assertOptions(input)
      const { name, kind } = input
      if ((await database.importProfile.count({ where: { userId } })) >= MAX_PROFILES) {
        throw conflict('too_many_profiles', `There are ${MAX_PROFILES} profiles; delete one first`)
      }
      const options = input.options as Prisma.InputJsonObject
      const [profile] = await database.importProfile
        .createManyAndReturn({ data: [{ userId, name, kind, options }], skipDuplicates: true })
        .catch((error: unknown) => {
          // The caller's account was deleted after the request was authenticated.
          throw violatesForeignKey(error)
            ? unauthorized('The account of this access token was deleted')
            : error
        })
      if (profile === undefined) throw exists()
      return profile
    },

    /** Newest first. @throws AppError 422 */
    async list({ id: userId }: Owner, query: PagingQuery): Promise<Page<ProfileRecord>> {
      return await pageById(
        query,
        'desc',
        (range) => database.importProfile.findMany({ ...range, where: { userId, ...range.where } }),
        () => database.importProfile.count({ where: { userId } }),
      )
    },

    /** @throws AppError 404 */
    async get(owner: Owner, name: string): Promise<ProfileRecord> {
      const profile = await find(owner, name)
      if (profile === null) throw notFoundByName('Import profile', name)
      return profile
    },

    /** @throws AppError 404 */
    async remove({ id: userId }: Owner, name: string): Promise<void> {
      const { count } = await database.importProfile.deleteMany({ where: { userId, name } })
      if (count === 0) throw notFoundByName('Import profile', name)
    },

    /**
     * Adds the options of the profile that a query names.
     *
     * @throws AppError 422 `unknown_profile`, or `not_for_kind` for one of another kind
     */
    async apply(owner: Owner, query: ImportQuery): Promise<ImportQuery> {
      const { profile: name, ...rest } = query
      if (name === undefined) return query
      const profile = await find(owner, name)
      if (profile === null)
        throw invalid([queryError('profile', 'unknown_profile', 'names none of your profiles')])
      if (profile.kind !== query.kind)
        throw invalid([queryError('profile', 'not_for_kind', `is for kind=${profile.kind} alone`)])
      return merge(rest, profile.options as ImportProfileOptions)
    },
  }
}
