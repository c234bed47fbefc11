/** What other features may import of webhooks. */
export { type DisabledEndpoint, disabledEndpoints } from './disabled-endpoints.ts'
