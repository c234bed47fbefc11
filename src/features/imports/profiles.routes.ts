import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { ProfileService } from './profiles.service.ts'
import { profileView } from './profiles.view.ts'

export function profileRoutes(handle: Handle, profiles: ProfileService): void {
  handle(operations.createImportProfile, async ({ caller, body, reply }) => {
    const profile = profileView(await profiles.create(caller, body))
    reply.header('location', `/v1/import-profiles/${encodeURIComponent(profile.name)}`)
    return profile
  })

  handle(operations.listImportProfiles, async ({ caller, query, request, reply }) => {
    const page = await profiles.list(caller, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(profileView) })
  })

  handle(operations.getImportProfile, async ({ caller, params }) =>
    profileView(await profiles.get(caller, params.name)),
  )

  handle(operations.deleteImportProfile, async ({ caller, params }) => {
    await profiles.remove(caller, params.name)
    return null
  })
}
