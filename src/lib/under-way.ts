/**
 * Keeps what is under way, in no order.
 *
 * A `Set` would keep what has left it, too: when it moves to another table, V8 links the one before, whose entries stay, to
 * the next. Once one of these tables is old, all that any later one ever held is copied to the old part of the heap, and
 * stays until that is collected. Where each request enters and leaves that was a quarter of what requests allocate.
 */
export class UnderWay<Item> {
  readonly #places: { readonly item: Item; index: number }[] = []

  get size(): number {
    return this.#places.length
  }

  /** @returns a function that takes the item out, once */
  add(item: Item): () => void {
    const places = this.#places
    const place = { item, index: places.length }
    places.push(place)
    return () => {
      if (places[place.index] !== place) return
      const last = places.pop() as typeof place
      if (last === place) return
      places[place.index] = last
      last.index = place.index
    }
  }

  /** The items that are under way now; what comes or goes meanwhile changes nothing. */
  items(): readonly Item[] {
    return this.#places.map(({ item }) => item)
  }
}
