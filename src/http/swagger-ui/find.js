{
  const includes = (text, phrase) => String(text).toLowerCase().includes(phrase)

  /** Whether a word of a reader is in what names an operation. */
  const matches = (phrase) => (item) =>
    ['summary', 'operationId'].some((field) =>
      includes(item.getIn(['operation', field]), phrase),
    ) || includes(`${item.get('method')} ${item.get('path')}`, phrase)

  /** The operations by tag that match a phrase, all of a tag whose name does. */
  const opsFilter = (byTag, given) => {
    const phrase = given.trim().toLowerCase()
    return byTag
      .map((tag, name) =>
        includes(name, phrase)
          ? tag
          : tag.update('operations', (items) => items.filter(matches(phrase))),
      )
      .filter((tag) => tag.get('operations').size > 0)
  }

  /** The state is `true` where the box is there and empty. */
  const phraseOf = (filter) => (typeof filter === 'string' ? filter : '')

  const isFound = (state, [kind]) =>
    kind === 'operations-tag' && phraseOf(state.get('filter')) !== ''

  const FilterContainer = ({ React, layoutSelectors, layoutActions }) => {
    const filter = layoutSelectors.currentFilter()
    return React.createElement(
      'div',
      { className: 'filter wrapper' },
      React.createElement('input', {
        className: 'operation-filter-input',
        type: 'search',
        'aria-label': 'Find an operation',
        placeholder: 'Find an operation by its path, name or group',
        value: phraseOf(filter),
        onChange: ({ target }) => layoutActions.updateFilter(target.value || true),
      }),
    )
  }

  window.swaggerUiPlugins.push(({ React }) => ({
    fn: { opsFilter },
    components: { FilterContainer: (props) => FilterContainer({ ...props, React }) },
    statePlugins: {
      layout: {
        wrapSelectors: {
          // What was found is open, unless it was closed by hand.
          isShown: (original) => (state, thing, byDefault) =>
            original(thing, byDefault || isFound(state, thing)),
        },
      },
    },
  }))
}
