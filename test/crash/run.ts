import { join } from 'node:path';

// `npm run test:crash`: becomes vitest on this suite. `--full` is ours, which vitest does not know; all other
// arguments are passed on. It is one process, so the exit code and signals are vitest's own.
const [node = '', program = '', ...given] = process.argv;
const passed = given.filter(argument => argument !== '--full');
if (passed.length < given.length) process.env.TOLLKEEPER_CRASH_FULL = '1';
const config = join(import.meta.dirname, 'vitest.config.ts');
process.argv = [node, program, 'run', '--config', config, ...passed];
const root = join(import.meta.dirname, '..', '..');
await import(join(root, 'node_modules', 'vitest', 'vitest.mjs'));
