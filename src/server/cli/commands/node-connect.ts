import * as z from 'zod';
import { ok, type Refused, type Result } from '../../../base/index.ts';
import {
  type NodeAddress,
  openVault,
  pinCertificate,
  type RemoteNode,
  type RemoteRole,
  readRemote,
  remotePlaceOf,
  tryRemote,
} from '../../../node/index.ts';
import { openKeys } from '../../keys.ts';
import { openLog } from '../../log.ts';
import { hostPort } from '../argument.ts';
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
    'The certificate is pinned and the macaroons sealed. The network is the one that the node is on. Selling needs a macaroon of its own, which makes invoices and cannot pay. docs/lightning.md has the commands that bake macaroons which can do that, and nothing else.',
  options: [
    ['--certificate <file>', 'its tls.cert'],
    ['--macaroon <file>', 'a macaroon that pays, binary or in hex'],
    ['--seller-macaroon <file>', 'one that makes invoices; without it nothing is sold'],
  ],
  examples: [
    'tollkeeper node connect node.example:10009 --certificate tls.cert --macaroon buyer.macaroon',
    'tollkeeper node connect node.example:10009 --certificate tls.cert --macaroon buyer.macaroon --seller-macaroon seller.macaroon',
  ],
  input: z.strictObject({
    address: hostPort,
    certificate: path,
    macaroon: path,
    sellerMacaroon: path.optional(),
  }),
  async run(session, { address: socket, certificate, macaroon, sellerMacaroon }) {
    const log = await openLog(session.home.path, 'info', session.clock);
    const tried = async (file: string, role: RemoteRole): Promise<Result<Tried>> => {
      const address = await readRemote(socket, { certificate, macaroon: file });
      if (!address.ok) return address;
      const node = await tryRemote(address.value, session.clock, log, role);
      return node.ok ? ok({ address: address.value, node: node.value }) : node;
    };
    const buyer = await tried(macaroon, 'buyer');
    if (!buyer.ok) return buyer;
    const seller =
      sellerMacaroon === undefined ? ok(undefined) : await tried(sellerMacaroon, 'seller');
    return seller.ok ? use(session, buyer.value, seller.value) : seller;
  },
});

/** A node that was tried out with a macaroon. */
interface Tried {
  readonly address: NodeAddress;
  readonly node: RemoteNode;
}

async function use(
  session: Session,
  { address, node }: Tried,
  seller: Tried | undefined,
): Promise<Exit | Refused> {
  const { home, output } = session;
  output.remark(describe(node));
  if (node.tooPowerful) output.remark(tooPowerful('pay and look'));
  if (seller?.node.tooPowerful) output.remark(tooPowerful('make invoices'));
  const rules = await openRules(session);
  const lnd = { mode: 'remote', address: address.socket } as const;
  const chosen = await chooseNode(session, rules, { network: node.network, lnd });
  if (!chosen.ok) return chosen;
  const sealer = await openKeys(home);
  const agreed = await confirmRealMoney(session, { ...rules, sealer }, chosen.value);
  if (!agreed.ok) return agreed;
  const named = await chosen.value.make();
  if (!named.ok) return named;
  await agreed.value.keep();
  const place = remotePlaceOf(home.path);
  await pinCertificate(place, address.certificate);
  const vault = openVault(place.secrets, `remote/${address.socket}`, sealer);
  await vault.keep('buyer', address.macaroon);
  if (seller === undefined) await vault.drop('seller');
  else await vault.keep('seller', seller.address.macaroon);
  output.answer(
    { connected: true, ...node, address: address.socket, sells: seller !== undefined },
    `Payments are made by ${address.socket} from here on${seller ? ', and what is sold is paid to it' : ''}.`,
  );
  return EXIT.done;
}

function describe({ network, alias, pubkey, version, synced }: RemoteNode): string {
  return fields([
    ['Node', oneLine(alias, 40)],
    ['Public key', pubkey.slice(0, 66)],
    ['Network', network],
    ['lnd', oneLine(version, 40)],
    ['Chain', chainText(synced, undefined)],
  ]);
}

function tooPowerful(purpose: string): string {
  return `This macaroon may do more than ${purpose}. Whoever gets hold of it gets hold of that too: docs/lightning.md has the command that bakes a better one.`;
}
