import type { User } from '../../generated/schemas.ts'
import type { UserRecord } from './fields.ts'

/** A user as the API shows them. */
export const userView = (user: UserRecord): User => ({
  id: Number(user.id),
  ...(user.username !== null && { username: user.username }),
  name: user.name,
  ...(user.email !== undefined && { email: user.email, email_verified: user.emailVerified }),
  ...(user.age !== null && { age: user.age }),
  ...(user.pincode !== null && { pincode: user.pincode }),
  role: user.role,
  ...(user.disabledAt !== null && { disabled: true }),
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
})
