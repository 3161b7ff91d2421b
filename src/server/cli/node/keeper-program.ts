import { join } from 'node:path';
import type { BackgroundProgram } from '../../../node/index.ts';
import type { Home } from '../../home.ts';

/** `tollkeeper node run` on this data directory, as a program that goes on by itself. */
export function keeperProgram(home: Home): BackgroundProgram {
  const { HOME = '', PATH = '' } = process.env;
  const secret = home.passphrase === undefined ? {} : { TOLLKEEPER_PASSPHRASE: home.passphrase };
  return {
    program: process.execPath,
    args: [process.argv[1] ?? '', 'node', 'run', '--home', home.path],
    directory: home.path,
    env: { HOME, PATH, ...secret },
    output: join(home.path, 'logs', 'keeper.log'),
  };
}
