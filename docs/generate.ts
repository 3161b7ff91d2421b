/**
 * Writes what the documentation says of tools, settings, codes, commands and figures, read from the code.
 * With `--check` it writes nothing, and exits with 1 if a page is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsDocs } from '../src/policy/index.ts';
import { COMMANDS } from '../src/server/cli/commands/index.ts';
import { BUYER_TOOLS, SELLER_TOOLS } from '../src/tools/index.ts';
import { figures } from './figures.ts';
import { filledIn, table } from './markdown.ts';
import { errorsPage, settingsPage, toolsPage } from './pages.ts';
import { idleMeanings, toolTable } from './tools.ts';

const ROOT = join(import.meta.dirname, '..');

/** What is measured, and where `npm run bench` leaves it. */
const FIGURES = [
  ['Buying', 'results.json'],
  ['Selling', 'gateway.json'],
  ['With a real lnd', 'regtest.json'],
] as const;

/** The parts of the README that are written between markers. */
function sections(): Readonly<Record<string, string>> {
  const caps = settingsDocs().filter(({ path }) => path.startsWith('caps.'));
  const sums = caps.map(({ path, standard, meaning }) => [
    `\`${path}\``,
    Number(standard).toLocaleString('en-US'),
    meaning,
  ]);
  const commands = COMMANDS.map(({ usage, summary }) => [`\`tollkeeper ${usage}\``, `${summary}.`]);
  return {
    caps: table(['setting', 'sats', 'meaning'], sums),
    tools: toolTable(BUYER_TOOLS),
    'seller tools': toolTable(SELLER_TOOLS),
    commands: table(['command', 'what it does'], commands),
    figures: FIGURES.map(([what, file]) => figures(what, join(ROOT, 'bench', file))).join('\n\n'),
  };
}

function read(path: string): string {
  const whole = join(ROOT, path);
  return existsSync(whole) ? readFileSync(whole, 'utf8') : '';
}

const idle = idleMeanings([...BUYER_TOOLS, ...SELLER_TOOLS]);
if (idle.length > 0) throw new Error(`docs/meanings.ts explains what no tool has: ${idle.join()}`);

const readme = Object.entries(sections()).reduce(
  (page, [name, text]) => filledIn(page, name, text),
  read('README.md'),
);
const pages = {
  'README.md': readme,
  'docs/settings.md': settingsPage(),
  'docs/errors.md': errorsPage(),
  'docs/tools.md': toolsPage(),
};
const stale = Object.entries(pages).filter(([path, text]) => read(path) !== text);
const isCheck = process.argv.includes('--check');
for (const [path, text] of stale) {
  if (!isCheck) writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${path} ${isCheck ? 'is stale: npm run docs' : 'written'}\n`);
}
process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
