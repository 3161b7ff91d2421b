import * as z from 'zod';
import { settingsSchema } from './settings.ts';

/** One setting, as its documentation shows it. */
export interface SettingDoc {
  /** As `tollkeeper settings set` takes it: `caps.requestSats`. */
  readonly path: string;
  /** What may stand there, in words. */
  readonly values: string;
  readonly standard: unknown;
  readonly meaning: string;
}

type Node = Exclude<z.core.JSONSchema._JSONSchema, boolean>;

/** Every setting with its values, default and meaning, in the order of the schema that they are read from. */
export function settingsDocs(): readonly SettingDoc[] {
  return leaves(root(), []);
}

/** The names that may stand in the object at a path; none where there is no object. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const inside = (node: Node | undefined, step: PropertyKey): Node | undefined =>
    (typeof step === 'number' ? node?.items : node?.properties?.[String(step)]) as Node | undefined;
  return Object.keys(path.reduce(inside, root())?.properties ?? {});
}

/** Optional members are inputs, not outputs: a file need not name anything. */
function root(): Node | undefined {
  return z.toJSONSchema(settingsSchema, { io: 'input' }) as Node;
}

function leaves(node: Node | undefined, path: readonly string[]): readonly SettingDoc[] {
  if (node === undefined) return [];
  if (node.properties !== undefined)
    return Object.entries(node.properties).flatMap(([key, child]) =>
      leaves(child as Node, [...path, key]),
    );
  const { default: standard, description: meaning = '' } = node;
  return [{ path: path.join('.'), values: valuesOf(node), standard, meaning }];
}

function valuesOf(node: Node): string {
  if (node.enum !== undefined) return node.enum.join(', ');
  if (node.const !== undefined) return String(node.const);
  if (node.type === 'boolean') return 'true, false';
  if (node.type === 'array') return 'a list';
  if (node.type === 'string' || node.anyOf !== undefined) return 'text';
  return `${node.minimum} to ${node.maximum}`;
}
