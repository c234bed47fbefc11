import type { ClusterOptions } from './cluster.ts'

const MAX_CONNECTIONS = 150

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '512MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_destination: 'stderr',
  // The process id lets us find in the log why a start failed.
  log_line_prefix: '%m [%p] ',
  // Errors of statements go only to the client, since messages, details and statements may quote
  // rows. The log keeps what concerns the server itself.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
}

/** For throwaway data only: a machine crash may lose or corrupt it. */
const FAST_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Every connection computes as many hashes, on both sides.
  scram_iterations: '1',
}

/**
 * The server's settings as command-line options, which override the data folder's own files.
 *
 * @param owner stored as `cluster_name`, so that another Passbook can tell who started the server
 */
export function settingOptions(
  port: number,
  owner: string,
  { fast, maxConnections = MAX_CONNECTIONS }: Pick<ClusterOptions, 'fast' | 'maxConnections'>,
): readonly string[] {
  const settings = {
    ...SETTINGS,
    ...(fast ? FAST_SETTINGS : {}),
    max_connections: String(maxConnections),
    port: String(port),
    cluster_name: owner,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
