import type { Command } from '../command.ts';
import { allowances } from './allowances.ts';
import { allowancesRevoke } from './allowances-revoke.ts';
import { approve } from './approve.ts';
import { backup } from './backup.ts';
import { cancel } from './cancel.ts';
import { deny } from './deny.ts';
import { doctor } from './doctor.ts';
import { events } from './events.ts';
import { gateway } from './gateway.ts';
import { income } from './income.ts';
import { mcp } from './mcp.ts';
import { nodeBackup } from './node-backup.ts';
import { nodeChannelClose } from './node-channel-close.ts';
import { nodeChannelList } from './node-channel-list.ts';
import { nodeChannelOpen } from './node-channel-open.ts';
import { nodeChannelRestore } from './node-channel-restore.ts';
import { nodeConnect } from './node-connect.ts';
import { nodeFund } from './node-fund.ts';
import { nodeInit } from './node-init.ts';
import { nodeLogs } from './node-logs.ts';
import { nodePrepare } from './node-prepare.ts';
import { nodeRun } from './node-run.ts';
import { nodeStart } from './node-start.ts';
import { nodeStatus } from './node-status.ts';
import { nodeStop } from './node-stop.ts';
import { nodeUnlock } from './node-unlock.ts';
import { pause } from './pause.ts';
import { paywallApprove } from './paywall-approve.ts';
import { paywallArchive } from './paywall-archive.ts';
import { paywallCheck } from './paywall-check.ts';
import { paywallCreate } from './paywall-create.ts';
import { paywallGet } from './paywall-get.ts';
import { paywallList } from './paywall-list.ts';
import { paywallPause } from './paywall-pause.ts';
import { paywallResume } from './paywall-resume.ts';
import { paywallUpdate } from './paywall-update.ts';
import { pinSet } from './pin-set.ts';
import { recover } from './recover.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { sandboxFund } from './sandbox-fund.ts';
import { sandboxShop } from './sandbox-shop.ts';
import { settings } from './settings.ts';
import { settingsConfirm } from './settings-confirm.ts';
import { settingsSet } from './settings-set.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { tasks } from './tasks.ts';
import { up } from './up.ts';
import { upstreamAdd } from './upstream-add.ts';
import { upstreamList } from './upstream-list.ts';
import { upstreamRemove } from './upstream-remove.ts';

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  mcp,
  up,
  approve,
  deny,
  cancel,
  tasks,
  show,
  events,
  status,
  pause,
  resume,
  allowances,
  allowancesRevoke,
  paywallCreate,
  paywallUpdate,
  paywallPause,
  paywallResume,
  paywallArchive,
  paywallGet,
  paywallList,
  paywallApprove,
  paywallCheck,
  upstreamAdd,
  upstreamList,
  upstreamRemove,
  gateway,
  income,
  settings,
  settingsSet,
  settingsConfirm,
  pinSet,
  doctor,
  recover,
  backup,
  restore,
  nodePrepare,
  nodeInit,
  nodeConnect,
  nodeStart,
  nodeStop,
  nodeRun,
  nodeStatus,
  nodeUnlock,
  nodeFund,
  nodeChannelOpen,
  nodeChannelList,
  nodeChannelClose,
  nodeChannelRestore,
  nodeBackup,
  nodeLogs,
  sandboxShop,
  sandboxFund,
];
