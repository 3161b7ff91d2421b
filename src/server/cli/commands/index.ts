import type { Command } from '../command.ts';
import { allowances } from './allowances.ts';
import { allowancesRevoke } from './allowances-revoke.ts';
import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { deny } from './deny.ts';
import { doctor } from './doctor.ts';
import { mcp } from './mcp.ts';
import { pinSet } from './pin-set.ts';
import { sandboxFund } from './sandbox-fund.ts';
import { sandboxShop } from './sandbox-shop.ts';
import { settings } from './settings.ts';
import { settingsConfirm } from './settings-confirm.ts';
import { settingsSet } from './settings-set.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { tasks } from './tasks.ts';

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  mcp,
  approve,
  deny,
  cancel,
  tasks,
  show,
  status,
  allowances,
  allowancesRevoke,
  settings,
  settingsSet,
  settingsConfirm,
  pinSet,
  doctor,
  sandboxShop,
  sandboxFund,
];
