import type { Arbitrary } from 'fast-check'
import type { Scene } from '../scene.ts'

/** What one case does. @throws Finding */
export type Act = (scene: Scene) => Promise<void>

/** A kind of case. */
export interface Scenario {
  readonly name: string
  /** How often it comes, in relation to the others. */
  readonly weight: number
  /** The operations that it asks most. */
  readonly operations: readonly string[]
  readonly acts: Arbitrary<Act>
}

/** A kind of case by what is generated for one, and what is done with it. */
export const defineScenario = <T>(
  { name, weight, operations }: Omit<Scenario, 'acts'>,
  arbitrary: Arbitrary<T>,
  run: (scene: Scene, value: T) => Promise<void>,
): Scenario => ({
  name,
  weight,
  operations,
  acts: arbitrary.map(
    (value): Act =>
      (scene) =>
        run(scene, value),
  ),
})
