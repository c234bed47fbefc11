import type { Prisma } from '../../database/client.ts'
import type { ImportProfile, ImportProfileOptions } from '../../generated/schemas.ts'

/** What is stored of a profile. */
export type ProfileRecord = Prisma.ImportProfileGetPayload<object>

/** A profile as the API shows it. */
export const profileView = ({ name, kind, options, createdAt }: ProfileRecord): ImportProfile => ({
  name,
  kind,
  options: options as ImportProfileOptions,
  created_at: createdAt.toISOString(),
})
