import type { Code } from '../../base/index.ts';

/** How a command ends, as a shell sees it. */
export const EXIT = { done: 0, failed: 1, usage: 2, declined: 3, nothing: 4, machine: 5 } as const;
/** One of the exit codes. */
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The exit codes as every help text has them. */
export const EXIT_HELP = `Exit codes:
  0  done
  1  failed, refused, or not over yet
  2  wrong usage or invalid input
  3  not approved: a human's no, or no human's yes
  4  nothing to do, or not found
  5  the machine: task record, keys, wallet`;

const EXITS: Partial<Record<Code, Exit>> = {
  invalid_input: EXIT.usage,
  url_invalid: EXIT.usage,
  HEADER_INVALID: EXIT.usage,
  settings_invalid: EXIT.usage,
  APPROVAL_REQUIRED: EXIT.declined,
  APPROVAL_MISMATCH: EXIT.declined,
  APPROVAL_THROTTLED: EXIT.declined,
  approval_declined: EXIT.declined,
  approval_expired: EXIT.declined,
  pin_required: EXIT.declined,
  pin_wrong: EXIT.declined,
  terminal_required: EXIT.declined,
  task_not_found: EXIT.nothing,
  body_not_found: EXIT.nothing,
  invalid_transition: EXIT.nothing,
  already_answered: EXIT.nothing,
  stale_ask: EXIT.nothing,
  paywall_not_found: EXIT.nothing,
  proposal_not_found: EXIT.nothing,
  upstream_not_found: EXIT.nothing,
  upstream_invalid: EXIT.usage,
  invalid_route: EXIT.usage,
  store_unavailable: EXIT.machine,
  store_corrupt: EXIT.machine,
  store_newer: EXIT.machine,
  key_unavailable: EXIT.machine,
  wallet_unavailable: EXIT.machine,
  desktop_executor_offline: EXIT.machine,
  unsupported_platform: EXIT.machine,
  invalid_target: EXIT.usage,
  binary_not_found: EXIT.machine,
  runtime_manifest_missing: EXIT.machine,
  runtime_manifest_invalid: EXIT.machine,
  disk_full: EXIT.machine,
  node_config_invalid: EXIT.usage,
  gateway_config_invalid: EXIT.usage,
  node_not_initialized: EXIT.nothing,
  node_not_connected: EXIT.nothing,
  node_initialized: EXIT.nothing,
  node_not_running: EXIT.nothing,
  mainnet_unconfirmed: EXIT.declined,
  port_taken: EXIT.machine,
  crash_loop_exhausted: EXIT.machine,
  node_unreachable: EXIT.machine,
  node_certificate_invalid: EXIT.machine,
};

/** How a command ends that was refused with a code. */
export function exitFor(code: Code): Exit {
  return EXITS[code] ?? EXIT.failed;
}

/** The exit of several things together: the one that most needs a look, which is the highest. */
export function worst(exits: readonly Exit[]): Exit {
  return exits.reduce<Exit>((high, exit) => (exit > high ? exit : high), EXIT.done);
}
