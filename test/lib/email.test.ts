import { describe, expect, it } from 'vitest'
import { emailKey, isEmailAddress } from '../../src/lib/email.ts'

describe('an email address', () => {
  it.each([
    'a@b.example',
    "o'hara+tag_{x}@mail.example.com",
    '用户@例え.テスト',
    'jürgen.müller@münchen.example',
    'θσερ@εχαμπλε.ψομ',
    'अजय@डाटा.भारत',
    'ali‌reza@example.com',
    'a@xn--mnchen-3ya.example',
    'a@1.example',
    `${'ü'.repeat(32)}@example.com`,
  ])('is %s', (address) => {
    expect(isEmailAddress(address)).toBe(true)
  })

  it.each([
    '',
    'a',
    '@b.example',
    'a@',
    'a@b',
    'a@@b.example',
    'a@b@c.example',
    '.a@b.example',
    'a.@b.example',
    'a..b@c.example',
    '"a b"@c.example',
    'a b@c.example',
    'a\u00a0b@c.example',
    'a\u0085b@c.example',
    'a\ud800@c.example',
    'a@b..example',
    'a@.example',
    'a@b.example.',
    'a@-b.example',
    'a@b_c.example',
    'a@b c.example',
    'a@b%41.example',
    'a@b:80.example',
    'a@b/c.example',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a@0x7f.1',
    'a@xn--.example',
    'a@b\n.example',
    `${'ü'.repeat(33)}@example.com`,
    `a@${'b'.repeat(64)}.example`,
    `a@${'ü'.repeat(63)}.example`,
    `a@${'b.'.repeat(130)}example`,
  ])('is not %j', (address) => {
    expect(isEmailAddress(address)).toBe(false)
  })

  it.each([
    ['Asha.Rao@Example.COM', 'asha.rao@example.com'],
    ['A@MÜNCHEN.example', 'a@xn--mnchen-3ya.example'],
    ['A@mu\u0308nchen.example', 'a@XN--MNCHEN-3YA.example'],
    ['JU\u0308RGEN@a.example', 'j\u00fcrgen@a.example'],
    ['a@例え。テスト', 'a@xn--r8jz45g.xn--zckzah'],
  ])('%s is %s', (one, other) => {
    expect(emailKey(one)).toBe(emailKey(other))
    expect(emailKey(emailKey(one))).toBe(emailKey(one))
  })

  it('keeps the key of what is no address', () => {
    for (const text of ['', 'A', 'a@%', 'A@[B']) expect(emailKey(text)).toBe(text.toLowerCase())
  })
})
