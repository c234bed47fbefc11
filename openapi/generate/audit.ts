import { literal, type Members, objectLiteral } from './code.ts'
import {
  asArray,
  asObject,
  asString,
  asStrings,
  type JsonObject,
  join,
  RefusedError,
  refuseUnknown,
} from './json.ts'

const ACTION = /^[a-z][a-z_]*\.[a-z][a-z_]*$/

/**
 * The audit entries an operation leaves, by `x-audit`: the name of an action, or an object with
 *
 * - `action`: its name;
 * - `fields`: only requests that give one of these body fields leave an entry;
 * - `apart`: the operation commits more than its success, such as counted attempts, so that its entry cannot
 *   share one database transaction with it;
 * - `refused`: statuses that mean a refusal besides 401, 403, 404, 409 and 429.
 *
 * @throws RefusedError for a malformed name or an unknown member
 */
export function auditOf(node: JsonObject, at: string): Members {
  const given = node['x-audit']
  if (given === undefined) return [['audit', 'null']]
  const auditAt = join(at, 'x-audit')
  const audit = typeof given === 'string' ? { action: given } : asObject(given, auditAt)
  refuseUnknown(audit, ['action', 'fields', 'apart', 'refused'], auditAt)
  const action = asString(audit.action, auditAt)
  if (!ACTION.test(action)) throw new RefusedError(auditAt, 'an action is named like user.delete')
  // A download commits nothing that its entry could share a database transaction with.
  const apart = audit.apart === true || at.endsWith('/get')
  return [
    [
      'audit',
      objectLiteral([
        ['action', literal(action)],
        ['fields', literal(asStrings(audit.fields, join(auditAt, 'fields')))],
        ['apart', String(apart)],
        ['refused', literal(asArray(audit.refused, join(auditAt, 'refused')).map(Number))],
      ]),
    ],
  ]
}
