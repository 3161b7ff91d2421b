import { showIssue } from '../../../policy/index.ts';
import { oneLine } from '../layout.ts';
import { type Check, failure, fine, warning } from './check.ts';
import type { Patient } from './examine.ts';

const NAME = 'settings';

/** Whether the settings are valid, and whether something in them waits for a human's word. */
export function checkSettings({ home, settings }: Patient): Check {
  const { issues, unconfirmed, policy } = settings.read();
  if (issues.length > 0) {
    const finding = `broken, so nothing is paid. ${issues.map(showIssue).join(' ')}`;
    return failure(NAME, oneLine(finding, 1000), `Mend ${settings.path}; {} is a valid file.`);
  }
  if (unconfirmed.length > 0) {
    const finding = `not confirmed, and without effect: ${unconfirmed.join(', ')}`;
    return warning(NAME, finding, `If that is yours: ${home.command('settings confirm')}`);
  }
  return policy.paused
    ? warning(
        NAME,
        'valid; spending is paused',
        `To resume: ${home.command('settings set paused false')}`,
      )
    : fine(NAME, 'valid');
}
