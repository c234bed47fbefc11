import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import type pg from 'pg'

const ENGINE = '@prisma/schema-engine-wasm/schema_engine_bg'
export const MIGRATIONS_DIR = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
export const SCHEMA_FILE = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url))

/** The part of WebAssembly used here; TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ readonly instance: { readonly exports: { __wbindgen_start(): void } } }>
}

interface EngineModule {
  readonly SchemaEngine: typeof SchemaEngine
  __wbg_set_wasm(exports: object): void
}

let engineModule: Promise<EngineModule> | undefined

/** The module stores its WebAssembly instance in a module variable, so load it once per process. */
async function loadEngineModule(): Promise<EngineModule> {
  const path = createRequire(import.meta.url).resolve(ENGINE)
  const module = (await import(ENGINE)) as EngineModule
  const wasm = await readFile(join(dirname(path), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': module })
  module.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return module
}

/**
 * Prisma's adapter splits scripts at every semicolon, which breaks function bodies. Sent as a
 * whole, a script is one implicit transaction: a failed migration leaves nothing behind.
 */
class WholeScriptAdapterFactory extends PrismaPg {
  constructor(private readonly pool: pg.Pool) {
    super(pool)
  }

  override async connect() {
    const adapter = await super.connect()
    adapter.executeScript = async (script) => {
      await this.pool.query(script)
    }
    return adapter
  }
}

/**
 * Opens Prisma's schema engine in its WebAssembly build, which comes from npm and needs no
 * download. It uses the same `_prisma_migrations` table as `prisma migrate`.
 *
 * @param pool is ended by the caller, after calling `free()` on the engine
 */
export async function openSchemaEngine(pool: pg.Pool): Promise<SchemaEngine> {
  engineModule ??= loadEngineModule()
  const { SchemaEngine } = await engineModule
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScriptAdapterFactory(pool))
  const datamodels: [string, string][] = [[SCHEMA_FILE, await readFile(SCHEMA_FILE, 'utf8')]]
  return await SchemaEngine.new({ datamodels }, () => undefined, adapter)
}

/** Reads the migrations from disk in the engine's format. */
export async function readMigrations(): Promise<MigrationList> {
  const entries = await readdir(MIGRATIONS_DIR, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const migrationDirectories = names.sort().map(async (path) => ({
    path,
    migrationFile: {
      path: 'migration.sql',
      content: {
        tag: 'ok' as const,
        value: await readFile(join(MIGRATIONS_DIR, path, 'migration.sql'), 'utf8'),
      },
    },
  }))
  const lockfile = {
    path: 'migration_lock.toml',
    content: await readFile(join(MIGRATIONS_DIR, 'migration_lock.toml'), 'utf8'),
  }
  return {
    baseDir: MIGRATIONS_DIR,
    lockfile,
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(migrationDirectories),
  }
}
