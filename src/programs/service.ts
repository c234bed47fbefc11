// What a service needs once it has a database. A program that starts the database loads all of it
// meanwhile: both take half a second.
export { buildApp } from '../app.ts'
export { startConsumers } from '../consumers.ts'
export { ensureAdmin } from '../features/auth/ensure-admin.ts'
export { openServices } from '../services.ts'
export { banner } from './banner.ts'
export { listen, stopLimits } from './listen.ts'
export { prepareDatabase } from './prepare-database.ts'
