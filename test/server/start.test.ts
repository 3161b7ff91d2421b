import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const DIST = join(import.meta.dirname, '..', '..', 'dist');
const textOf = (file: string): string => readFileSync(join(DIST, file), 'utf8');

/** All that Node loads with a file of the bundle, before a line of it runs: other files of it, and Node's own modules. */
function loadedWith(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  loaded.add(file);
  for (const [, name = ''] of textOf(file).matchAll(/\b(?:from|import)"([^"]+)"/g)) {
    const part = name.replace(/^\.\//, '');
    if (part.startsWith('node:')) loaded.add(part);
    else if (!loaded.has(part)) loadedWith(part, loaded);
  }
  return loaded;
}

test('an MCP server starts without what only some of its calls need', () => {
  const [, serve = ''] = /import\("\.\/(serve-[^"]+)"\)/.exec(textOf('tollkeeper.js')) ?? [];
  const loaded = [...loadedWith('tollkeeper.js'), ...loadedWith(serve)];
  expect(loaded).toContain('node:path');
  const heavy = /^(?:node:https?|(?:undici|ln-service|pino|execa|program|gateway)-.*)$/;
  expect(loaded.filter(name => heavy.test(name))).toEqual([]);
});
