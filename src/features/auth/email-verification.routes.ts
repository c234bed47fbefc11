import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import type { Handle } from '../../http/handlers.ts'
import type { EmailVerification } from './email-verification.ts'

export function emailVerificationRoutes(handle: Handle, verification: EmailVerification): void {
  handle(operations.requestEmailVerification, async ({ caller, params, requestId }) => {
    await verification.request(caller, params.id, requestId)
    return { message: 'A mail is on its way' }
  })

  handle(operations.confirmEmailVerification, async ({ body, request }) => {
    await verification.confirm(body.token, concernsOf(request))
    return null
  })
}
