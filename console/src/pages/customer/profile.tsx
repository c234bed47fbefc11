import type { User } from '#sdk'
import { formatDate, formatWord } from '../../app/format.ts'
import { Facts } from '../../ui/facts.tsx'
import { Part } from '../../ui/page.tsx'

/** Who a customer is. */
export function Profile({ user }: { readonly user: User }) {
  const { id, email, email_verified: isVerified, age, pincode, role, username, disabled } = user
  return (
    <Part title="Profile">
      <Facts
        of={[
          ['Email', email && `${email}${isVerified ? '' : ' (not verified)'}`],
          ['Age', age],
          ['Pincode', pincode],
          ['User name', username],
          ['Role', role === 'user' ? undefined : formatWord(role)],
          ['State', disabled ? 'Disabled' : undefined],
          ['Customer since', formatDate(user.created_at)],
          ['ID', id],
        ]}
      />
    </Part>
  )
}
