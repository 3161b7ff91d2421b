import * as z from 'zod';
import type { Refused } from '../../../base/index.ts';
import {
  type NodeAddress,
  openVault,
  pinCertificate,
  type RemoteNode,
  readRemote,
  remotePlaceOf,
  tryRemote,
} from '../../../node/index.ts';
import { openKeys } from '../../keys.ts';
import { openLog } from '../../log.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { fields, oneLine } from '../layout.ts';
import { chooseNode } from '../node/choice.ts';
import { confirmRealMoney } from '../node/real-money.ts';
import { chainText } from '../node/state-text.ts';
import { openRules } from '../rules.ts';
import type { Session } from '../session.ts';

const path = z.string().min(1, { error: 'must be a path' });

/** Uses an lnd that runs elsewhere. */
export const nodeConnect = defineCommand({
  usage: 'node connect <address>',
  summary: 'Use an lnd that runs elsewhere, by its certificate and a macaroon',
  details:
    'The certificate is pinned and the macaroon sealed. The network is the one that the node is on. docs/lightning.md has the command that bakes a macaroon which can pay and look, and nothing else.',
  options: [
    ['--certificate <file>', 'its tls.cert'],
    ['--macaroon <file>', 'a macaroon, binary or in hex'],
  ],
  examples: [
    'tollkeeper node connect node.example:10009 --certificate tls.cert --macaroon buyer.macaroon',
  ],
  input: z.strictObject({
    address: z
      .string()
      .max(255)
      .regex(/^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, { error: 'must be host:port' }),
    certificate: path,
    macaroon: path,
  }),
  async run(session, { address: socket, ...files }) {
    const address = await readRemote(socket, files);
    if (!address.ok) return address;
    const { home, clock } = session;
    const log = await openLog(home.path, 'info', clock);
    const node = await tryRemote(address.value, clock, log);
    return node.ok ? use(session, address.value, node.value) : node;
  },
});

async function use(
  session: Session,
  address: NodeAddress,
  node: RemoteNode,
): Promise<Exit | Refused> {
  const { home, output } = session;
  const { network, alias, pubkey, version, synced, tooPowerful } = node;
  output.remark(
    fields([
      ['Node', oneLine(alias, 40)],
      ['Public key', pubkey.slice(0, 66)],
      ['Network', network],
      ['lnd', oneLine(version, 40)],
      ['Chain', chainText(synced, undefined)],
    ]),
  );
  if (tooPowerful) output.remark(TOO_POWERFUL);
  const rules = await openRules(session);
  const lnd = { mode: 'remote', address: address.socket } as const;
  const chosen = await chooseNode(session, rules, { network, lnd });
  if (!chosen.ok) return chosen;
  const sealer = await openKeys(home);
  const { policy } = rules.settings.read();
  const agreed = await confirmRealMoney(session, { ...rules, sealer }, policy, chosen.value);
  if (!agreed.ok) return agreed;
  const place = remotePlaceOf(home.path);
  await pinCertificate(place, address.certificate);
  await openVault(place.secrets, `remote/${address.socket}`, sealer).keep(
    'buyer',
    address.macaroon,
  );
  output.answer(
    { connected: true, ...node, address: address.socket },
    `Payments are made by ${address.socket} from here on.`,
  );
  return EXIT.done;
}

const TOO_POWERFUL =
  'This macaroon may do more than pay and look. Whoever gets hold of it gets hold of that too: docs/lightning.md has the command that bakes a better one.';
