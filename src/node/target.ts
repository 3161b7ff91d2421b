import { ok, type Result, refuse } from '../base/index.ts';

/** The machines whose lnd can be supervised, by the names that lnd's releases have for them. */
export const TARGETS = ['darwin-amd64', 'darwin-arm64', 'linux-amd64', 'linux-arm64'] as const;

/** The name of one of them. */
export type Target = (typeof TARGETS)[number];

/** Node's names for what lnd calls otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64' };

/**
 * The target of a machine, by `process.platform` and `process.arch`; else `unsupported_platform`. Windows is none:
 * it has no signals to stop lnd by, and no file modes to keep its secrets by.
 */
export function targetOf(platform: string, arch: string): Result<Target> {
  const target = known(`${platform}-${ARCHITECTURES[arch] ?? arch}`);
  if (target !== undefined) return ok(target);
  return platform === 'win32'
    ? refuse('unsupported_platform', 'On Windows, run Tollkeeper inside WSL.')
    : refuse('unsupported_platform');
}

/** The target that a human names; else `invalid_target`. */
export function targetNamed(name: string): Result<Target> {
  const target = known(name);
  return target === undefined
    ? refuse('invalid_target', `It is one of ${TARGETS.join(', ')}.`)
    : ok(target);
}

function known(name: string): Target | undefined {
  return TARGETS.find(target => target === name);
}
