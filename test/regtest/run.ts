import { join } from 'node:path';
import { hasGo } from './binaries.ts';

// `npm run test:regtest`: becomes vitest on this suite. `--full` and `--required` are ours, which vitest does not
// know; all other arguments are passed on. It is one process, so the exit code and signals are vitest's own.
const [node = '', program = '', ...given] = process.argv;
const ours = new Set(['--full', '--required']);
if (given.includes('--full')) process.env.TOLLKEEPER_CRASH_FULL = '1';
const isRequired = given.includes('--required') || process.env.CI === 'true';
if (!(await hasGo())) {
  process.stderr.write(
    `test:regtest: ${isRequired ? 'FAILED' : 'skipped'}: it builds lnd, btcd and Aperture, and Go is not installed\n`,
  );
  process.exit(isRequired ? 1 : 0);
}
const config = join(import.meta.dirname, 'vitest.config.ts');
process.argv = [
  node,
  program,
  'run',
  '--config',
  config,
  ...given.filter(argument => !ours.has(argument)),
];
const root = join(import.meta.dirname, '..', '..');
await import(join(root, 'node_modules', 'vitest', 'vitest.mjs'));
