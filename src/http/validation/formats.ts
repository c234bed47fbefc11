import { Get, Set as setFormat } from 'typebox/format'

const known = (name: string) => Get(name) ?? (() => false)
const [isDateTime, isEmail] = [known('date-time'), known('email')]

// The library accepts time zones in brackets and leap seconds; JavaScript's Date does not.
setFormat('date-time', (text) => isDateTime(text) && !/\[|:60[.Zz+-]/.test(text))

// Only addresses that mail can be sent to: no quotes, a dot in the domain, a local part of at most
// 64.
setFormat('email', (text) => isEmail(text) && /^[^"@\s]{1,64}@[^@\s[]+\.[^@\s\]]+$/.test(text))

// Any bytes of a multipart form; whoever reads them checks them.
setFormat('binary', () => true)
