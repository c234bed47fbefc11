import fc from 'fast-check'
import { Finding } from '../finding.ts'
import { follow } from '../follow.ts'
import { valid } from '../inputs/values.ts'
import { operationOf } from '../operations.ts'
import { defineScenario } from './scenario.ts'

const OPERATIONS = ['createReport', 'getReport', 'downloadReport', 'deleteReport']

/** A report from the order to the download, which is sometimes broken off, and its end. */
export const reports = defineScenario(
  { name: 'a report', weight: 8, operations: OPERATIONS },
  fc.record({
    body: valid(operationOf('createReport').body ?? {}),
    stop: fc.constantFrom(undefined, 'begin' as const),
    early: fc.boolean(),
  }),
  async (scene, { body, stop, early }) => {
    const actor = scene.actor('admin')
    const expect = (operationId: string, status: number, ...statuses: readonly number[]) => {
      if (!statuses.includes(status)) {
        throw new Finding('wrong-answer', operationId, `${status} where ${statuses} has to come`)
      }
    }
    const { answer, body: report } = await scene.call('createReport', { actor, body })
    expect('createReport', answer.status, 202)
    const params = { id: report.id }
    if (!early) {
      const { body: done } = await follow(scene, 'getReport', report.id)
      if (done.status !== 'completed') {
        throw new Finding('wrong-answer', 'getReport', `it ended as ${done.status}`)
      }
    }
    const download = await scene.call('downloadReport', { actor, params, stop })
    expect('downloadReport', download.answer.status, 200, ...(early ? [409] : []))
    const removed = await scene.call('deleteReport', { actor, params })
    expect('deleteReport', removed.answer.status, 204)
    const gone = await scene.call('downloadReport', { actor, params })
    expect('downloadReport', gone.answer.status, 404)
  },
)
