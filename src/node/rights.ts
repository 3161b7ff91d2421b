/**
 * What a macaroon of an lnd may do, as `entity:action` such as `offchain:write` or `uri:/lnrpc.Lightning/GetInfo`:
 * the bakery that lnd uses (`macaroon-bakery.v2`) writes it into each one's identifier. Undefined for what is no such
 * macaroon. Nothing is verified here: only the lnd that baked it can, and what is not true of it lnd refuses.
 */
export function rightsOf(macaroon: Uint8Array): readonly string[] | undefined {
  const identifier = identifierOf(macaroon);
  if (identifier?.[0] !== BAKERY) return undefined;
  const rights = messageOf(identifier.subarray(1))?.get(OPS)?.map(rightsIn);
  return rights?.includes(undefined) ? undefined : rights?.flatMap(some => some ?? []);
}

/** The version of the bakery's identifiers, and the fields of its protobuf that matter. */
const BAKERY = 3;
const OPS = 3;
const ENTITY = 1;
const ACTIONS = 2;

function rightsIn(op: Uint8Array): readonly string[] | undefined {
  const parts = messageOf(op);
  const entity = parts?.get(ENTITY)?.[0];
  const actions = parts?.get(ACTIONS) ?? [];
  return entity && actions.map(action => `${textOf(entity)}:${textOf(action)}`);
}

/** A macaroon's binary format, version 2: that number, a location if it has one, the identifier, and what follows. */
function identifierOf(macaroon: Uint8Array): Uint8Array | undefined {
  if (macaroon[0] !== 2) return undefined;
  const first = fieldOf(macaroon.subarray(1));
  const identifier = first?.tag === 1 ? fieldOf(first.rest) : first;
  return identifier?.tag === 2 ? identifier.value : undefined;
}

/** The fields of a protobuf by their numbers, all of them with a length (type 2); undefined for anything else. */
function messageOf(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> | undefined {
  const fields = new Map<number, Uint8Array[]>();
  for (let rest = bytes; rest.length > 0; ) {
    const field = fieldOf(rest);
    if (field === undefined || field.tag % 8 !== 2) return undefined;
    const number = Math.floor(field.tag / 8);
    fields.set(number, [...(fields.get(number) ?? []), field.value]);
    rest = field.rest;
  }
  return fields;
}

/** One field, which both formats write alike: a tag, a length, and so many bytes. */
function fieldOf(bytes: Uint8Array) {
  const tag = varint(bytes);
  const length = tag && varint(tag.rest);
  if (length === undefined || length.value > length.rest.length) return undefined;
  const value = length.rest.subarray(0, length.value);
  return { tag: tag?.value ?? 0, value, rest: length.rest.subarray(length.value) };
}

/** A number in groups of seven bits, the lowest first; of four bytes at most. */
function varint(bytes: Uint8Array) {
  let value = 0;
  for (let at = 0; at < Math.min(bytes.length, 4); at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * 128 ** at;
    if (byte < 128) return { value, rest: bytes.subarray(at + 1) };
  }
  return undefined;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
