/**
 * What was found lately, up to twice so many: the least used half goes when the other is full. Costs less than
 * keeping everything in the order of its use.
 */
export class Remembered<Key, Value> {
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  /** @param half how many are kept at least */
  constructor(private readonly half: number) {}

  get(key: Key): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.half) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
