import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../src/policy/index.ts';
import { COMMANDS } from '../src/server/cli/commands/index.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

function jsonBlocks(page: string): unknown[] {
  return [...read(page).matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) =>
    JSON.parse(text ?? ''),
  );
}

/** Every command line of ours on a page, in a code block or within a sentence, without the program's name. */
function commandLines(page: string): string[] {
  const typed = /(?:dist\/tollkeeper\.js|`(?:npx )?tollkeeper) ([a-z][a-z ]*)/g;
  return [...read(page).matchAll(typed)].map(([, words]) => (words ?? '').trim());
}

describe('the pages', () => {
  test.each(PAGES)('%s: every relative link leads somewhere', page => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, to]) => to ?? '');
    expect(links.filter(to => !existsSync(join(ROOT, dirname(page), to)))).toEqual([]);
  });

  test.each(PAGES)('%s: every command that is named exists', page => {
    const known = COMMANDS.map(({ usage }) => usage.replace(/ [<[].*/, ''));
    const isKnown = (line: string): boolean =>
      known.some(words => line === words || line.startsWith(`${words} `));
    expect(commandLines(page).filter(line => !isKnown(line))).toEqual([]);
  });
});

test('the README names commands at all', () => {
  expect(commandLines('README.md')).toEqual(
    expect.arrayContaining(['doctor', 'sandbox shop', 'approve', 'settings set caps']),
  );
});

test('each client is configured to start the built server over stdio', () => {
  const args = ['/path/to/tollkeeper/dist/tollkeeper.js', 'mcp'];
  const server = { command: 'node', args };
  expect(jsonBlocks('README.md')).toEqual([
    { mcpServers: { tollkeeper: server } },
    { servers: { tollkeeper: { type: 'stdio', ...server } } },
    { mcpServers: { tollkeeper: server } },
  ]);
});

test('the example of a settings file is one', () => {
  const [example] = jsonBlocks('docs/settings.md');
  expect(parseSettings(example)).toMatchObject({ ok: true });
});
