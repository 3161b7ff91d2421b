import { type Problem, problem } from '../../base/index.ts';
import {
  loosens,
  type Policy,
  policyHash,
  policyOf,
  type Settings,
  type SettingsIssue,
  showIssue,
  strictest,
} from '../../policy/index.ts';

/** What the settings say at this moment. */
export interface SettingsNow {
  /** As the file states them; while it is broken, as it last stood or the defaults. */
  readonly settings: Settings;
  /** What counts: paused while anything is broken, and without what still waits for a human's word. */
  readonly policy: Policy;
  /** The digest of `policy`, for approvals. */
  readonly hash: string;
  /** Nothing may be paid; `problem` says why, `issues` all of it. */
  readonly broken: boolean;
  readonly problem?: Problem;
  readonly issues: readonly SettingsIssue[];
  /** The paths in which the file allows more than a human confirmed. They have no effect yet. */
  readonly unconfirmed: readonly string[];
}

/**
 * The settings that count. `confirmed` is given where a human has to confirm what loosens: then an edit
 * of the file takes effect at once for what it tightens, and for the rest only when it is confirmed.
 */
export function effective(
  settings: Settings,
  issues: readonly SettingsIssue[],
  confirmed: Settings | undefined,
): SettingsNow {
  const stated = policyOf(settings);
  const allowed = confirmed === undefined ? stated : policyOf(confirmed);
  const unconfirmed = loosens(allowed, stated);
  const judged = unconfirmed.length === 0 ? stated : strictest(allowed, stated);
  const [first] = issues;
  const policy = first === undefined ? judged : { ...judged, paused: true };
  return {
    settings,
    policy,
    hash: policyHash(policy),
    broken: first !== undefined,
    ...(first && { problem: problem('settings_invalid', showIssue(first)) }),
    issues,
    unconfirmed,
  };
}
