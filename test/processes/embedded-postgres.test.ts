import { once } from 'node:events'
import { chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { readPostmasterFile } from '../../src/database/embedded/postmaster-file.ts'
import { isAlive } from '../../src/database/embedded/processes.ts'
import { StartupError } from '../../src/errors.ts'
import { DataFolder, query } from './embedded-postgres-harness.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const folder = new DataFolder()

describe('a first start', () => {
  test('makes a database and keeps all of it in the data folder', async () => {
    const { url, superuserUrl } = await folder.start()
    expect(await query(url, 'SELECT current_database() AS name, current_user AS who')).toEqual([
      { name: 'passbook', who: 'passbook_service' },
    ])
    const shown = await query(
      superuserUrl,
      `SELECT name, setting FROM pg_settings WHERE name IN ('server_encoding', 'listen_addresses',
        'unix_socket_directories', 'TimeZone', 'jit', 'log_error_verbosity', 'data_checksums')`,
    )
    expect(Object.fromEntries(shown.map(({ name, setting }) => [name, setting]))).toEqual({
      server_encoding: 'UTF8',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      TimeZone: 'UTC',
      jit: 'off',
      log_error_verbosity: 'terse',
      data_checksums: 'on',
    })
    expect(new Set(await readdir(folder.dataDir))).toEqual(new Set(['postgres', 'postgres.log']))
    expect((await stat(folder.dataDir)).mode & 0o777).toBe(0o700)
    expect(folder.lines).toEqual([
      'created the database files',
      expect.stringMatching(/^started PostgreSQL 18 on port \d+$/),
    ])
  })

  test('clears away what a killed first start left', async () => {
    await mkdir(join(folder.dataDir, '.postgres-new-99999999-abc', 'data'), { recursive: true })
    await folder.start()
    expect(new Set(await readdir(folder.dataDir))).toEqual(new Set(['postgres', 'postgres.log']))
  })

  test('leaves an empty-handed loser when two begin at once', async () => {
    const results = await Promise.allSettled([folder.start(), folder.start()])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: expect.stringMatching(/^Another Passbook \(process \d+\) is already/) },
    })
    expect(new Set(await readdir(folder.dataDir))).toEqual(new Set(['postgres', 'postgres.log']))
  })
})

describe('a later start', () => {
  test('finds the data, and only one of two gets it', async () => {
    await folder.useMadeDatabase()
    const first = await folder.start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()

    const results = await Promise.allSettled([folder.start(), folder.start()])
    const winners = results.filter((result) => result.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(await query(winners[0]?.value.url ?? '', 'SELECT * FROM kept')).toEqual([{ answer: 42 }])
  })

  test('is refused while the folder is in use, with the number of the user', async () => {
    await folder.useMadeDatabase()
    const { url } = await folder.start()
    await expect(folder.start()).rejects.toEqual(
      new StartupError(
        `Another Passbook (process ${process.pid}) is already running on ${folder.dataDir}; stop it, or set DATA_DIR to another folder.`,
      ),
    )
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('is refused with another password, and leaves nothing running', async () => {
    await folder.useMadeDatabase()
    await expect(folder.start('other')).rejects.toThrow(/^The password given .* is not the one/)
    expect(await readPostmasterFile(folder.pgdata)).toBeUndefined()
    await folder.start()
  })

  test('is refused on the data of another version, or of another program', async () => {
    await mkdir(folder.pgdata, { recursive: true })
    if (process.getuid?.() === 0) await chown(folder.pgdata, 65534, 65534)
    await writeFile(join(folder.pgdata, 'notes.txt'), 'mine')
    await expect(folder.start()).rejects.toThrow(/holds files that are not a PostgreSQL database/)
    await writeFile(join(folder.pgdata, 'PG_VERSION'), '17\n')
    await expect(folder.start()).rejects.toThrow(
      /was made by PostgreSQL 17 but this Passbook contains 18/,
    )
    expect(await readFile(join(folder.pgdata, 'notes.txt'), 'utf8')).toBe('mine')
  })

  test.each([
    ['of a process that is no server', () => `${process.ppid}\n/elsewhere\n1\n5432\n\n\n\nready\n`],
    ['without a number', () => ''],
  ])('gets past a lock file %s', async (_, content) => {
    await folder.useMadeDatabase()
    await writeFile(join(folder.pgdata, 'postmaster.pid'), content())
    const { url } = await folder.start()
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(isAlive(process.ppid)).toBe(true)
  })

  test('takes another port when its own is taken in between', async () => {
    await folder.useMadeDatabase()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const taken = other.address() as AddressInfo
    // Whoever looks for a free port listens on one, and asks for its number.
    const found = vi.spyOn(Server.prototype, 'address').mockReturnValueOnce(taken)
    const { url } = await folder.start()
    expect(found).toHaveBeenCalledTimes(2)
    found.mockRestore()
    expect(new URL(url).port).not.toBe(String(taken.port))
    other.close()
  })
})

describe('the role of the service', () => {
  test('owns its database, and may do nothing else to the server', async () => {
    const { url } = await folder.start()
    await query(url, 'CREATE TABLE mine (id integer); CREATE SCHEMA also; DROP SCHEMA also')
    for (const statement of [
      `SELECT pg_read_file('postgresql.conf')`,
      `COPY mine FROM PROGRAM 'echo 1'`,
      `COPY mine TO '/tmp/file'`,
      'CREATE ROLE other SUPERUSER',
      `ALTER ROLE passbook PASSWORD 'known'`,
      `ALTER SYSTEM SET log_statement = 'all'`,
      'CREATE DATABASE other',
      'SELECT rolpassword FROM pg_authid',
    ]) {
      await expect(query(url, statement), statement).rejects.toThrow(/permission denied/)
    }
    // Nor can it log in as the superuser with its own password.
    const guess = new URL(url)
    guess.username = 'passbook'
    await expect(query(guess.href, 'SELECT')).rejects.toThrow(/authentication failed/)
  })

  test('gets what the superuser made in a folder of before', async () => {
    await folder.useMadeDatabase()
    const before = await folder.start()
    await query(
      before.superuserUrl,
      `ALTER DATABASE passbook OWNER TO passbook;
       CREATE SCHEMA datasets;
       CREATE TYPE mood AS ENUM ('good');
       CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY, mood mood);
       CREATE TABLE datasets.rows (id serial);
       CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';
       INSERT INTO people (mood) VALUES ('good')`,
    )
    await before.stop()
    const { url } = await folder.start()
    await query(
      url,
      `ALTER TABLE people ADD COLUMN name text;
       ALTER TYPE mood ADD VALUE 'bad';
       DROP TABLE datasets.rows;
       DROP SCHEMA datasets;
       CREATE OR REPLACE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 43'`,
    )
    expect(await query(url, 'SELECT answer(), id, mood FROM people')).toEqual([
      { answer: 43, id: '1', mood: 'good' },
    ])
  })
})
