import { resolve } from 'node:path';
import type { Refused } from '../../../base/index.ts';
import { EXIT, type Exit } from '../exit.ts';
import { openRules } from '../rules.ts';
import type { Session } from '../session.ts';
import { saveSetting } from '../settings-change.ts';

/** The setting that names an lnd of the operator's own. */
const SETTING = 'lnd.binary';

/**
 * Names an lnd of the operator's own in the settings, by the hash that it has now. Whoever names a binary decides
 * what has charge of the money, so with a PIN set it counts only on the PIN.
 */
export async function nameBinary(session: Session, file: string): Promise<Exit | Refused> {
  const { binaryAt } = await import('../../../node/index.ts');
  const found = await binaryAt(resolve(file));
  if (!found.ok) return found;
  const { path, sha256, version } = found.value;
  const named = JSON.stringify({ path, sha256 });
  const saved = await saveSetting(session, await openRules(session), SETTING, named);
  if (!saved.ok) return saved;
  const { confirmed } = saved.value;
  const inEffect = confirmed.ok;
  const said = inEffect
    ? 'It is run from the next start of the node on, as long as its hash stays that.'
    : `Saved, but without effect until you confirm it: ${session.home.command('settings confirm')}`;
  session.output.answer(
    { named: true, path, sha256, version, inEffect },
    `lnd ${version}: ${path}\nSHA-256 ${sha256}\n${said}`,
  );
  return confirmed.ok ? EXIT.done : confirmed;
}

/** The lnd that the settings name, as far as they count; an empty path for none. */
export async function ownBinary(
  session: Session,
): Promise<{ readonly path: string; readonly sha256: string }> {
  const { policy, settings } = (await openRules(session)).settings.read();
  return (policy.lnd ?? settings.lnd).binary;
}
