import { z } from 'zod';
import type { Tool } from '../src/tools/index.ts';
import { table } from './markdown.ts';
import { MEANINGS } from './meanings.ts';
import { SELLER_MEANINGS } from './seller-meanings.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** One field of a tool: `wallet.kind` inside an object, `tasks[].url` inside a list. */
interface Field {
  readonly path: string;
  readonly name: string;
  readonly node: Schema;
  readonly needed: boolean;
}

/** The tools in one table: what each does, and what it may touch. */
export function toolTable(tools: readonly Tool[]): string {
  const rows = tools.map(tool => [`\`${tool.name}\``, tool.description, reachOf(tool)]);
  return table(['tool', 'what it does', 'reach'], rows);
}

/** One section for each tool, with every field that goes in and comes out. */
export function toolSections(tools: readonly Tool[]): string {
  return tools.map(section).join('\n\n');
}

/** The meanings that no field of these tools has any more. */
export function idleMeanings(tools: readonly Tool[]): readonly string[] {
  return [MEANINGS, SELLER_MEANINGS].flatMap(meanings => {
    const theirs = tools.filter(tool => meaningsFor(tool) === meanings);
    const fields = theirs.flatMap(tool => [
      ...fieldsOf(inputOf(tool)),
      ...fieldsOf(outputOf(tool)),
    ]);
    const used = new Set(fields.map(field => field.name));
    return Object.keys(meanings).filter(name => !used.has(name));
  });
}

/** One name means one thing to a buyer, and may mean another to a seller. */
function meaningsFor({ name }: Tool): Readonly<Record<string, string>> {
  return name.startsWith('paywall_') ? SELLER_MEANINGS : MEANINGS;
}

function section(tool: Tool): string {
  const { name, title, description } = tool;
  return [
    `## \`${name}\``,
    `**${title}** (${reachOf(tool)}). ${description}`,
    fieldTable('in', inputOf(tool), meaningsFor(tool)) ?? 'Nothing goes in.',
    fieldTable('out', outputOf(tool), meaningsFor(tool)) ?? '',
  ].join('\n\n');
}

const inputOf = ({ input }: Tool): Schema => z.toJSONSchema(input, { io: 'input' });
const outputOf = ({ output }: Tool): Schema => z.toJSONSchema(output);

function reachOf({ name, annotations }: Tool): string {
  const { readOnlyHint, openWorldHint } = annotations;
  const what = name.startsWith('paywall_') ? 'what is sold' : 'the task';
  if (!readOnlyHint) return openWorldHint ? 'may spend' : `changes ${what}`;
  return openWorldHint ? 'looks, over the network' : 'only looks';
}

function fieldTable(
  head: string,
  schema: Schema,
  meanings: Readonly<Record<string, string>>,
): string | undefined {
  const rows = fieldsOf(schema).map(({ path, name, node, needed }) => [
    `\`${path}\``,
    typeOf(node),
    needed ? 'always' : '',
    meaningOf(name, node, meanings),
  ]);
  return rows.length === 0 ? undefined : table([head, 'type', 'present', 'meaning'], rows);
}

function fieldsOf({ properties = {}, required = [] }: Schema, prefix = ''): readonly Field[] {
  return Object.entries(properties).flatMap(([name, child]) => {
    const node = child as Schema;
    const path = `${prefix}${name}`;
    const items = node.items as Schema | undefined;
    const field: Field = { path, name, node, needed: required.includes(name) };
    const inside = items === undefined ? fieldsOf(node, `${path}.`) : fieldsOf(items, `${path}[].`);
    return [field, ...inside];
  });
}

function meaningOf(
  name: string,
  { description }: Schema,
  meanings: Readonly<Record<string, string>>,
): string {
  const meaning = description ?? meanings[name];
  if (meaning === undefined) throw new Error(`docs/meanings.ts says nothing of "${name}".`);
  return meaning;
}

function typeOf({ type, enum: values, minimum, maximum, maxLength }: Schema): string {
  if (values !== undefined) return values.map(value => `\`${value}\``).join(' ');
  const least = minimum === undefined ? [] : [`from ${shown(minimum)}`];
  // JSON numbers end there anyway.
  const isTelling = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const most = isTelling ? [`to ${shown(maximum)}`] : [];
  const length = maxLength === undefined ? [] : [`at most ${shown(maxLength)} characters`];
  const name = type === 'array' ? 'list' : (type ?? 'anything');
  return [name, [...least, ...most].join(' '), ...length].filter(part => part !== '').join(', ');
}

const shown = (count: number): string => count.toLocaleString('en-US');
