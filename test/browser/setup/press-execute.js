{
  /** How long something may take to appear, in milliseconds. */
  const MAX_WAIT_MS = 60_000
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set

  /** An element, as soon as it is there. */
  const appear = (selector) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = document.querySelector(selector)
        if (found === null) return
        observer.disconnect()
        clearTimeout(timer)
        resolve(found)
      }
      const giveUp = () => {
        observer.disconnect()
        reject(new Error(`${selector} does not appear`))
      }
      const timer = setTimeout(giveUp, MAX_WAIT_MS)
      const observer = new MutationObserver(look)
      observer.observe(document, { childList: true, subtree: true })
      look()
    })

  const blockOf = (id) => `.opblock[id$="-${id}"]`

  /** Types the id of an operation into the filter box, and presses the operation. */
  window.openOperation = async (id) => {
    const filter = await appear('.operation-filter-input')
    setValue.call(filter, id)
    filter.dispatchEvent(new Event('input', { bubbles: true }))
    const control = await appear(`${blockOf(id)} .opblock-summary-control`)
    control.click()
    await appear(`${blockOf(id)} .opblock-body:not(:has(.opblock-loading-animation))`)
  }

  /** Presses *Execute* of an open operation. Returns the status that the page shows. */
  window.pressExecute = async (id) => {
    const button = await appear(`${blockOf(id)} button.execute`)
    button.click()
    const shown = `${blockOf(id)} .live-responses-table .response .response-col_status`
    const status = await appear(shown)
    return Number.parseInt(status.textContent, 10)
  }
}
