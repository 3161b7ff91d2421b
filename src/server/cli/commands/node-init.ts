import * as z from 'zod';
import { ok, type Result, refuse } from '../../../base/index.ts';
import { MOST_BACKUP, type RestorePlan, readSmallFile } from '../../../node/index.ts';
import { purseOf } from '../../../policy/index.ts';
import { flag, whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { chooseNode } from '../node/choice.ts';
import { openDeskFor } from '../node/desk.ts';
import { withNursery } from '../node/nursery.ts';
import { confirmRealMoney } from '../node/real-money.ts';
import { newWords, typedWords } from '../node/words.ts';
import { openRules } from '../rules.ts';
import { needsHuman } from '../session.ts';

/** How many unused addresses in a row end the search for what words owned: lnd's own default. */
const WINDOW = 2500;
const NETWORKS = ['regtest', 'signet', 'testnet', 'mainnet'] as const;

const input = z.strictObject({
  network: z.enum(NETWORKS, { error: `must be one of ${NETWORKS.join(', ')}` }).optional(),
  restore: flag,
  recoveryWindow: whole(1, 100_000).optional(),
  channelBackup: z.string().min(1, { error: 'must be a path' }).optional(),
});

/** Makes the wallet of the node, from words that are new or that a human has. */
export const nodeInit = defineCommand({
  usage: 'node init',
  summary: 'Make the wallet of the Lightning node, or restore it from its words',
  details:
    'Shows 24 words once and asks some of them back; they are kept nowhere else. The settings then name the node as the wallet. With --restore you type words that you have: they carry the day of their making, and --recovery-window says how many addresses are looked through for money. What was in channels needs their backup too: its channels are closed, and their money comes back on-chain.',
  options: [
    ['--network <name>', `the network: ${NETWORKS.join(', ')} (default: that of the settings)`],
    ['--restore', 'from words that you wrote down'],
    ['--recovery-window <addresses>', `how far to look ahead when restoring (default: ${WINDOW})`],
    ['--channel-backup <file>', 'the channel.backup to restore too'],
  ],
  examples: [
    'tollkeeper node init --network signet',
    'tollkeeper node init --restore --channel-backup /media/stick/channel.backup',
  ],
  input,
  async run(session, given) {
    const checked = await readRestorePlan(given);
    if (!checked.ok) return checked;
    const nobody = needsHuman(session, 'The words of a wallet are for a human alone.');
    if (nobody !== undefined) return nobody;
    const rules = await openRules(session);
    const { settings: stated, policy } = rules.settings.read();
    const network = given.network ?? stated.network;
    const chosen = await chooseNode(session, rules, { network, lnd: { mode: 'supervised' } });
    if (!chosen.ok) return chosen;
    const desk = await openDeskFor(session, rules, chosen.value.policy);
    if (!desk.ok) return desk;
    const agreed = await confirmRealMoney(session, desk.value, chosen.value);
    if (!agreed.ok) return agreed;
    const plan = checked.value;
    // A wallet that was made before, as by a process that then died, may only lack its name in the settings.
    const isNamed = purseOf(policy) === purseOf(chosen.value.policy);
    const made = await withNursery(session, desk.value, nursery =>
      plan ? typedWords(session, nursery, plan) : newWords(session, nursery),
    );
    if (!made.ok && (given.restore || isNamed || made.code !== 'node_initialized')) return made;
    const named = await chosen.value.make();
    if (!named.ok) return named;
    await agreed.value.keep();
    session.output.answer(
      { initialized: true, network, restored: given.restore },
      `The node ${made.ok ? 'has' : 'had'} its wallet. Start it with: ${session.home.command('node start')}`,
    );
    return EXIT.done;
  },
});

/** What is restored beside the words; undefined for words that are new. */
async function readRestorePlan({
  restore,
  recoveryWindow,
  channelBackup: path,
}: z.infer<typeof input>): Promise<Result<RestorePlan | undefined>> {
  if (!restore) {
    if ((path ?? recoveryWindow) === undefined) return ok(undefined);
    return refuse('invalid_input', 'A wallet of new words has nothing to look for: say --restore.');
  }
  const plan = { seed: 'restored', recoveryWindow: recoveryWindow ?? WINDOW } as const;
  if (path === undefined) return ok({ ...plan, channelBackup: undefined });
  const bytes = await readSmallFile(path, MOST_BACKUP).catch(() => 'unfit' as const);
  if (typeof bytes === 'string' || bytes.length === 0) {
    return refuse('invalid_input', 'The channel backup cannot be read, or is none.');
  }
  return ok({ ...plan, channelBackup: bytes });
}
