import { DATABASE_FAULTS } from './faults/database.ts'
import { DISK_FAULTS } from './faults/disk.ts'
import type { FaultKind } from './faults/kind.ts'
import { NETWORK_FAULTS } from './faults/network.ts'
import { PROCESS_FAULTS } from './faults/processes.ts'
import { SERVER_FAULTS } from './faults/servers.ts'

/** Every kind of fault. */
export const FAULTS: readonly FaultKind[] = [
  ...PROCESS_FAULTS,
  ...SERVER_FAULTS,
  ...NETWORK_FAULTS,
  ...DISK_FAULTS,
  ...DATABASE_FAULTS,
]
