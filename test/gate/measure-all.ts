import { type Figures, measure } from './measure.ts'
import { measuredOperations } from './operations.ts'
import { openPassbook } from './passbook.ts'
import { setScene } from './scene.ts'
import { watchStatements } from './statements.ts'

/** Measures each operation that has limits, on a Passbook of its own. */
export async function measureAll(): Promise<Record<string, Figures>> {
  watchStatements()
  const passbook = await openPassbook()
  try {
    const operations: Record<string, Figures> = {}
    const scene = await setScene(passbook)
    for (const operation of measuredOperations(passbook, scene)) {
      operations[operation.name] = await measure(passbook, operation)
    }
    return operations
  } finally {
    await passbook.close()
  }
}
