import { TollkeeperError } from '../base/index.ts';

/** What marks a string as an amount of msat. */
const MARK = 'msat:';

/**
 * JSON in which amounts survive: a bigint becomes `msat:` and its digits, and a string that already
 * begins so gets the mark once more, so that no text of a caller can be read back as an amount.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'bigint') return `${MARK}${member}`;
    return isMarked(member) ? MARK + member : member;
  });
}

/** Reads back what `toJson` wrote; throws `store_corrupt` for anything else. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (_key, member: unknown) => {
      if (!isMarked(member)) return member;
      const rest = member.slice(MARK.length);
      return isMarked(rest) ? rest : BigInt(rest);
    });
  } catch (thrown) {
    throw new TollkeeperError('store_corrupt', undefined, { cause: thrown });
  }
}

function isMarked(member: unknown): member is string {
  return typeof member === 'string' && member.startsWith(MARK);
}
