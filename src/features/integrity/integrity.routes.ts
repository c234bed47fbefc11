import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import type { IntegrityService } from './integrity.service.ts'

export function integrityRoutes(handle: Handle, integrity: IntegrityService): void {
  handle(operations.checkIntegrity, ({ query }) => integrity.check(query))
}
