import { aftermath } from './aftermath.ts'
import { type Case, casesOf, seedOf, shrinkCase, tryCase } from './cases.ts'
import { createCast } from './cast.ts'
import { createClient, MAX_ANSWER_MS, MAX_BUSY_ANSWER_MS } from './client/client.ts'
import { countAnswers } from './client/counting-client.ts'
import { Finding } from './finding.ts'
import type { FuzzOptions } from './options.ts'
import type { Passbook } from './passbook.ts'
import { scenariosFor } from './scenarios/index.ts'
import { createScene, type Lane } from './scene.ts'
import { createTally, type Fault, type Report } from './tally.ts'

/** A file that cannot be loaded is its sender's to mend. */
const OF_SENDER = /"type":"(ImportError|CsvError)"/
/** How far, in MiB, memory may grow over a run. Small beside a leak of any size over thousands of cases. */
const MAX_GROWTH_MIB = 600
/** How many faults are enough to stop at: what follows is mostly more of the same. */
const MAX_FAULTS = 60

/** Told as it happens, for the terminal. */
export interface Progress {
  readonly fault: (fault: Fault) => void
  readonly cases: (done: number, failed: number) => void
}

/** Runs the cases that are asked for against a Passbook, some at a time. */
export async function runSession(
  passbook: Passbook,
  options: FuzzOptions,
  progress: Progress,
): Promise<Report> {
  const { seed, cases, single, only, parallel, busy } = options
  const since = performance.now()
  const tally = createTally()
  const answerMs = busy ? MAX_BUSY_ANSWER_MS : MAX_ANSWER_MS
  const client = countAnswers(createClient(passbook.url, parallel, answerMs), tally, busy)
  const cast = await createCast(passbook.url, passbook.admin)
  const arbitrary = casesOf(scenariosFor(only))
  const memory = { first: await passbook.memory(), last: 0, most: 0 }
  const isOver = () => passbook.exit() !== undefined || tally.faults().length >= MAX_FAULTS
  let next = single ?? 0
  const end = single === undefined ? cases : single + 1

  const report = (finding: Finding, transcript: readonly string[], number?: number) => {
    const scenario = number === undefined ? 'the run' : 'log'
    progress.fault(tally.add({ finding, transcript, scenario }, number))
  }

  /** What the process said of requests that it could not answer well. */
  function readLog(): void {
    for (const { request_id = '', text } of passbook.takeErrors()) {
      if (OF_SENDER.test(text)) continue
      const number = Number(/^fuzz-(\d+)-/.exec(request_id)?.[1] ?? Number.NaN)
      const finding = new Finding('error-logged', 'the log', text.slice(0, 600))
      if (tally.isKnown(finding.signature)) continue
      report(finding, [], Number.isNaN(number) ? undefined : number)
    }
  }

  async function runCase(lane: Lane, number: number): Promise<void> {
    const run = async (one: Case, found: (finding: Finding, lines: readonly string[]) => void) => {
      lane.owner ??= await cast.createOwner()
      const { owner } = lane
      const scene = createScene({ client, cast, lane, owner, label: `fuzz-${number}` })
      try {
        await one.act(scene)
      } catch (error) {
        if (passbook.exit() !== undefined) return
        const finding =
          error instanceof Finding
            ? error
            : new Finding('wrong-answer', one.scenario, String((error as Error).stack))
        found(finding, scene.transcript())
        // What a failed case left behind is not to make others fail.
        lane.owner = undefined
        lane.records.clear()
      }
    }
    const caseSeed = seedOf(seed, number)
    const failure = await tryCase(arbitrary, caseSeed, run)
    tally.counts.cases += 1
    if (failure !== undefined) tally.counts.failed += 1
    progress.cases(tally.counts.cases, tally.counts.failed)
    if (failure === undefined) return
    if (tally.isKnown(failure.finding.signature)) return
    tally.add(failure, number)
    const smallest = await shrinkCase(arbitrary, caseSeed, failure, run)
    progress.fault(tally.replace(smallest, number))
  }

  async function work(): Promise<void> {
    const lane: Lane = { owner: undefined, records: new Map() }
    while (next < end && !isOver()) {
      const number = next
      next += 1
      await runCase(lane, number)
      readLog()
      if (number % 500 === 0) memory.most = Math.max(memory.most, await passbook.memory())
    }
  }

  await Promise.all(Array.from({ length: parallel }, work))
  client.close()
  memory.last = await passbook.memory()
  const exit = passbook.exit()
  if (exit !== undefined) {
    const how = `it ended by itself (${exit.signal ?? exit.code})`
    report(new Finding('process-ended', 'the process', `${how}: ${passbook.lastWords()}`), [])
  } else {
    for (const finding of await aftermath(passbook)) report(finding, [])
    readLog()
  }
  const growth = memory.last - memory.first
  if (growth > MAX_GROWTH_MIB) {
    report(new Finding('aftermath', 'memory', `it grew by ${growth} MiB`), [])
  }
  const { requests, failed } = tally.counts
  const ofRun = tally.faults().filter((fault) => fault.scenario === 'the run').length
  return {
    numPassedTests: tally.counts.cases - failed,
    numFailedTests: failed + ofRun,
    seed,
    cases: tally.counts.cases,
    requests,
    memory,
    answers: tally.answers,
    seconds: Math.round((performance.now() - since) / 1000),
    faults: tally.faults(),
  }
}
