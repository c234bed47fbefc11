import { defineConfig } from 'prisma/config'

// Generating the client never runs the native schema engine, but Prisma looks for it first and would
// download it. Migrations use the WebAssembly build of the same engine (src/database/migrate.ts).
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
