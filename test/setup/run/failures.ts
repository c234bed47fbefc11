import type { SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node'
import type { Reporter } from 'vitest/reporters'

/** Failures beyond this are only counted; the default reporter shows them all at the end. */
const MAX_SHOWN = 50

/**
 * Shows each failure when it happens, and a summary when a signal ends the run. The default
 * reporter shows failures only at the end.
 */
export default class FailureReporter implements Reporter {
  readonly #failed: string[] = []
  #vitest: Vitest | undefined
  #finished = 0

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const summarise = () => this.#summarise(signal)
      process.once(signal, summarise)
      vitest.onClose(() => void process.off(signal, summarise))
    }
  }

  onTestCaseResult(test: TestCase): void {
    this.#finished += 1
    const { errors = [] } = test.result()
    this.#show(test.module, test.fullName, errors)
  }

  /** A suite fails by itself if a hook does. */
  onTestSuiteResult(suite: TestSuite): void {
    this.#show(suite.module, suite.fullName, suite.errors())
  }

  /** A file fails by itself if it cannot be loaded, or a hook outside its suites fails. */
  onTestModuleEnd(module: TestModule): void {
    this.#show(module, '', module.errors())
  }

  #show(module: TestModule, name: string, errors: readonly SerializedError[]): void {
    if (errors.length === 0) return
    const title = `${module.relativeModuleId}${name && ` > ${name}`}`
    this.#failed.push(`${title}\n      ${errors[0]?.message.split('\n', 1)[0]}`)
    if (this.#failed.length > MAX_SHOWN) return
    this.#vitest?.logger.error(`\n FAIL  ${title}`)
    for (const error of errors) {
      this.#vitest?.logger.printError(error, { project: module.project, showCodeFrame: false })
    }
  }

  #summarise(signal: NodeJS.Signals): void {
    const lines = this.#failed.map((failure) => `  FAIL ${failure}`)
    const tests = this.#finished === 1 ? '1 test' : `${this.#finished} tests`
    const summary = `Ended by ${signal} after ${tests}; ${lines.length} failed so far.`
    this.#vitest?.logger.error(['', ...lines, summary].join('\n'))
  }
}
