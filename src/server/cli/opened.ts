import { asTollkeeperError } from '../../base/index.ts';
import type { Tollkeeper } from '../compose.ts';
import type { Home } from '../home.ts';

/** Works with the wired rooms of a data directory, and closes them whatever comes of it. */
export async function withTollkeeper<T>(
  home: Home,
  work: (tollkeeper: Tollkeeper) => Promise<T>,
): Promise<T> {
  const { compose } = await import('../compose.ts');
  const tollkeeper = await compose(home);
  try {
    return await work(tollkeeper);
  } catch (thrown) {
    const error = asTollkeeperError(thrown);
    tollkeeper.log.error({ code: error.code, error }, 'a command failed');
    throw error;
  } finally {
    await tollkeeper.close();
  }
}
