import { type Code, type Problem, problem, type Refused } from '../../base/index.ts';
import { addressed } from '../../tools/index.ts';
import type { Home } from '../home.ts';

/** Hints of the table that speak to a model, as a human at a terminal needs them. */
const HINTS: Partial<Record<Code, (command: Home['command']) => string>> = {
  task_not_found: command => `List the tasks with: ${command('tasks')}`,
  invalid_transition: command => `Look at the task with: ${command('show ID')}`,
  APPROVAL_REQUIRED: command => `Answer it with: ${command('approve ID')}`,
  APPROVAL_MISMATCH: () => 'Have the agent ask again; nothing is paid without a new approval.',
  approval_declined: () => 'The agent may ask again only if you want it to.',
  approval_expired: () => 'Have the agent ask again.',
  stale_ask: () => 'Look again, then answer what is asked now.',
  already_answered: command => `Look at the task with: ${command('show ID')}`,
  PAYMENT_PENDING: command => `It is looked up until it ends. Watch it with: ${command('show ID')}`,
  settings_invalid: command => `Find what is wrong with: ${command('doctor')}`,
  store_corrupt: command => `Find what is wrong with: ${command('doctor')}`,
  wallet_unavailable: command => `Find what is wrong with: ${command('doctor')}`,
  paywall_not_found: command => `List the paywalls with: ${command('paywall list')}`,
  proposal_not_found: command => `List what waits with: ${command('paywall list')}`,
  upstream_not_found: command =>
    `List the upstreams with: ${command('upstream list')}, or add one: ${command('upstream add')}`,
  internal_error: command =>
    `Look before you repeat anything: ${command('tasks')}; the log has the cause.`,
};

/** A refusal in the words for a human at a terminal, who called the command of these names; its hint names their data directory. */
export function problemAt(
  { command }: Pick<Home, 'command'>,
  { code, detail }: Omit<Refused, 'ok'>,
  names: readonly string[] = [],
): Problem {
  const found = problem(code, detail);
  const help = `See: tollkeeper ${[...names, '--help'].join(' ')}`;
  const hint = code === 'invalid_input' ? help : HINTS[code]?.(command);
  return { ...found, hint: hint ?? addressed(found.hint, command) };
}
