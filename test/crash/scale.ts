/** Whether the whole scale is wanted (`npm run test:crash -- --full`), and not just what CI has time for. */
const FULL: boolean = process.env.TOLLKEEPER_CRASH_FULL === '1';

/** How often something is done: in CI, and at full scale. */
export function scaled(ci: number, full: number): number {
  return FULL ? full : ci;
}
