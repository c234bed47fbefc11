import type { FaultPlan, PlannedFault } from '../schedule.ts'
import type { Topology } from '../servers/topology.ts'

/** A kind of fault: what it needs, and how it is done. It is over, and mended, when `run` ends. */
export interface FaultKind extends FaultPlan {
  /** Whether it can be done here; always when not given. */
  readonly isPossible?: (topology: Topology) => boolean
  readonly run: (topology: Topology, fault: PlannedFault) => Promise<void>
}
