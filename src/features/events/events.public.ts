/** What other features may import of events. */
export { eventView } from './events.view.ts'
