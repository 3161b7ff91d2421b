import type { Settings } from '../../policy/index.ts';

/** What the settings say at a path such as `caps.requestSats`; undefined where there is nothing. */
export function stated(settings: Settings, path: string): unknown {
  return path.split('.').reduce<unknown>(inside, settings);
}

function inside(group: unknown, name: string): unknown {
  if (typeof group !== 'object' || group === null || !Object.hasOwn(group, name)) return undefined;
  return (group as Readonly<Record<string, unknown>>)[name];
}
