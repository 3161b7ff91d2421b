import { expect, test } from 'vitest';
import type { ToolContext } from '../../src/tools/index.ts';
import { type NodeStatus, nodeStatus } from '../../src/tools/node-status.ts';

/** What a model reads first of a status. */
async function toldOf(more: Partial<NodeStatus>): Promise<string> {
  const wallet = { kind: 'sandbox', ready: true, balanceMsats: 7000 };
  const status = { wallet, realMoney: false, record: 'ok', paused: false, ...more };
  const context = { nodeStatus: async () => status } as unknown as ToolContext;
  const result = await nodeStatus.handle(context, {});
  return 'text' in result ? result.text : '';
}

test.each([
  [
    'a restored record',
    { record: 'restored_unaudited' },
    /restored from a backup.*told what it paid/,
  ],
  ['a newer record', { record: 'newer_read_only' }, /of a newer version.*until the update/],
  [
    'a wallet that is down',
    { wallet: { kind: 'lnd', ready: false } },
    /not ready.*balance not known/,
  ],
  [
    'a pause by everything',
    { paused: true, pausedBy: 'kill_switch' },
    /spending and selling is paused/,
  ],
  [
    'a pause by the settings',
    { paused: true, pausedBy: 'settings' },
    /^7 sats of play money. All spending is paused.$/,
  ],
] as const)('node_status tells %s as what it is', async (_what, more, told) => {
  expect(await toldOf(more)).toMatch(told);
});
