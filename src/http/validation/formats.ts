import { Get, Set as setFormat } from 'typebox/format'
import { isEmailAddress } from '../../lib/email.ts'

const known = (name: string) => Get(name) ?? (() => false)
const isDateTime = known('date-time')

// The library accepts time zones in brackets and leap seconds; JavaScript's Date does not.
setFormat('date-time', (text) => isDateTime(text) && !/\[|:60[.Zz+-]/.test(text))

setFormat('idn-email', isEmailAddress)

// Any bytes of a multipart form; whoever reads them checks them.
setFormat('binary', () => true)
