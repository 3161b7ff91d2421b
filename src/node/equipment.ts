import {
  type Clock,
  MINUTE,
  ok,
  type Refused,
  type Result,
  refuse,
  SECOND,
} from '../base/index.ts';
import { proveLostChannels } from './lost-channels.ts';
import { type OperatorOptions, openOperator } from './operator.ts';
import { bakeRoles } from './role.ts';
import type { Unlocker } from './unlocker.ts';

/** How long lnd may take after a wallet was opened until it takes commands, ms. */
const OPENING_MS: number = 5 * MINUTE;
/** How often that is looked at, ms. */
const LOOK_MS: number = SECOND / 4;

/**
 * Bakes what the roles need, as soon as the opened wallet's node takes commands, and has the wallet look at the backup
 * of its lost channels. One that is of another wallet keeps nothing from being baked: `channel_backup_failed`.
 */
export async function equip(
  options: OperatorOptions & { readonly unlocker: Unlocker },
): Promise<Result<void>> {
  const opened = await takesCommands(options.unlocker, options.clock);
  if (!opened.ok) return opened;
  const admin = openOperator(options, 'admin');
  try {
    const proved = await proveLostChannels(options.place, admin);
    if (!proved.ok && proved.code !== 'channel_backup_failed') return proved;
    const baked = await bakeRoles(admin, options.vault);
    if (!baked.ok) return baked;
    return proved.ok ? ok(undefined) : withoutChannels(proved);
  } finally {
    admin.close();
  }
}

function withoutChannels({ code, detail = '' }: Refused): Refused {
  return refuse(
    code,
    `${detail} The wallet is made: give it the right one with \`tollkeeper node channel restore\`.`,
  );
}

async function takesCommands(unlocker: Unlocker, clock: Clock): Promise<Result<void>> {
  for (const until = clock.now() + OPENING_MS; clock.now() < until; await clock.after(LOOK_MS)) {
    const stage = await unlocker.stage();
    if (stage.ok && (stage.value === 'active' || stage.value === 'serving')) return ok(undefined);
  }
  return refuse('node_unreachable', 'The wallet is made; run this again to finish it.');
}
