import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../../src/lib/webhooks/addresses.ts'
import { problemOfUrl } from '../../../src/lib/webhooks/target-url.ts'

const PRIVATE_ADDRESSES = [
  // IPv4: unspecified, private, loopback, link-local and metadata, shared, reserved, multicast, Azure
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  // IPv6: the same, and what stands for an IPv4 address
  '::',
  '::1',
  'fe80::1',
  'fec0::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '2001:db8::1',
  '100::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:0:127.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::7f00:1',
  '2002:7f00:1::1',
  '2001::1',
  '4000::1',
  'not an address',
  '',
]

describe('a public address', () => {
  it.each(PRIVATE_ADDRESSES)('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111'])(
    'is %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )
})

const PRIVATE_HOSTS = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '2130706433',
  '017700000001',
  '0177.0.0.1',
  '0x7f000001',
  '0x7f.1',
  '0',
  '10.0.0.1:8443',
  '169.254.169.254',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[fd00::1]',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost..',
  'api.localhost',
  'printer.local',
  'metadata.google.internal',
  'metadata.google.internal.',
  'router.home.arpa',
  'intranet',
  'intranet.',
]

describe('a target', () => {
  it.each(PRIVATE_HOSTS)('cannot be %s', (host) => {
    // `URL` itself refuses a name that ends in several dots, or not, depending on its version.
    expect(problemOfUrl(`https://${host}/hooks`, false)?.code).toMatch(/^(private_target|url)$/)
  })

  it.each([
    ['url', 'ftp://hooks.example.com/'],
    ['url', 'https://'],
    ['url', 'https://hooks.example.com:99999/'],
    ['url', 'hooks.example.com'],
    ['https', 'http://hooks.example.com/'],
    ['credentials', 'https://me@hooks.example.com/'],
    ['credentials', 'https://me:secret@hooks.example.com/'],
    ['credentials', 'https://hooks.example.com@127.0.0.1/'],
    ['fragment', 'https://hooks.example.com/#part'],
    ['fragment', 'https://hooks.example.com/#'],
  ])('is refused by the rule %s: %s', (code, url) => {
    expect(problemOfUrl(url, false)?.code).toBe(code)
  })

  it.each([
    'https://hooks.example.com/passbook?token=abc',
    'https://8.8.8.8:8443/',
    'https://[2606:4700:4700::1111]/',
    'HTTPS://Hooks.Example.COM./',
  ])('may be %s', (url) => {
    expect(problemOfUrl(url, false)).toBeUndefined()
  })

  it.each(['http://127.0.0.1:3000/', 'http://localhost/', 'http://receiver:80/'])(
    'may be %s where private ones are allowed',
    (url) => {
      expect(problemOfUrl(url, true)).toBeUndefined()
    },
  )

  it('has neither credentials nor a fragment even then', () => {
    expect(problemOfUrl('http://me:secret@127.0.0.1/', true)?.code).toBe('credentials')
    expect(problemOfUrl('http://127.0.0.1/#part', true)?.code).toBe('fragment')
  })
})
