/**
 * A cache of recently used values, in two halves. When the young half is full, the old half is
 * dropped. This costs less than tracking the exact order of use.
 */
export class Remembered<Key, Value> {
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  /** @param half the number of values kept at least; at most twice as many are kept */
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
