import type { Json } from '../generate/json.ts'

/**
 * What stands in a body in place of the document's example: by operation and field, or by field alone. Values
 * that have to be unique are made anew in each run.
 */
const VALUES: Readonly<Record<string, string>> = {
  'login.username': '{{username}}',
  'login.password': '{{password}}',
  'startBrowserSession.username': '{{username}}',
  'startBrowserSession.password': '{{password}}',
  'issueToken.username': '{{username}}',
  'issueToken.password': '{{password}}',
  'changePassword.current_password': '{{password}}',
  'changePassword.new_password': '{{password}}',
  'bulkDeleteUsers.ids': '{{user_ids}}',
  'confirmPasswordReset.token': '{{reset_token}}',
  refresh_token: '{{refresh_token}}',
  username: 'user-{{$guid}}',
  email: '{{$guid}}@example.com',
  reference: 'INV-{{$guid}}',
  account_number: '{{$randomBankAccount}}{{$randomBankAccount}}',
}

/** Variables that are numbers, or lists of them: they stand without quotes. */
const NUMBERS = /"(\{\{\w+_ids?\}\})"/g

/** @param stored the variables that requests store: a field of such a name takes its value from there */
function valueFor(operationId: string, field: string, stored: ReadonlySet<string>) {
  const given = VALUES[`${operationId}.${field}`] ?? VALUES[field]
  return given ?? (field.endsWith('_id') && stored.has(field) ? `{{${field}}}` : undefined)
}

/** An example of a body as a template, in which variables take the place of what differs from run to run. */
export function bodyTemplate(
  operationId: string,
  example: Json,
  stored: ReadonlySet<string>,
): string {
  if (typeof example === 'string') return example
  const replace = (field: string, value: Json) =>
    (value === null ? undefined : valueFor(operationId, field, stored)) ?? value
  return JSON.stringify(example, replace, 2).replaceAll(NUMBERS, '$1')
}
