import { expect, it } from 'vitest'
import { openRecordLoads } from '../imports/kinds/record-loads.ts'
import { useCast } from '../setup/cast.ts'
import { mailsTo, readMails } from '../setup/mailbox.ts'

const cast = useCast({ worker: true })

it('welcomes the users of a file only when the import asks for it', async () => {
  const load = openRecordLoads(cast.service)
  const file = (...names: readonly string[]) =>
    ['name,email', ...names.map((name) => `${name},${name}@file.example`)].join('\n')
  await load('users', cast.staff, file('quiet', 'silent'))
  await load('users', cast.staff, file('quiet', 'asha', 'bela'), { welcome: true })
  await mailsTo(cast.service, 'asha@file.example')
  await mailsTo(cast.service, 'bela@file.example')
  await cast.service.settled()
  expect(await readMails(cast.service)).toHaveLength(2)
})
