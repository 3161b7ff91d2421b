import { purchaseOf, type Task } from '../task/index.ts';

/** What is known of a body that a task bought. */
export interface Body {
  /** `type/subtype`, if the seller named one. */
  readonly mediaType: string | undefined;
  /** In bytes. */
  readonly size: number;
  /** Whether it was taken for text when it came. */
  readonly isText: boolean;
  /** Whether it was kept to be read. */
  readonly kept: boolean;
}

/** The body that a task bought, if its answer came. */
export function bodyOf({ facts }: Task): Body | undefined {
  const { end } = purchaseOf(facts);
  if (end === undefined || !('answer' in end) || end.answer === undefined) return undefined;
  const { contentType, bytes: size, preview, kept } = end.answer;
  return { mediaType: essenceOf(contentType), size, isText: preview.kind === 'text', kept };
}

/** The longest media type that is shown, in characters. */
const MOST_ESSENCE = 60;
/** A registered top-level type (RFC 6838 §4.2 and the registry) and a subtype of a few short words. */
const PLAIN =
  /^(application|audio|example|font|haptics|image|message|model|multipart|text|video)\/[a-z0-9]{1,20}([.+-][a-z0-9]{1,20}){0,2}$/;

/**
 * A media type as it may stand outside the envelope. A seller can write sentences into its parameters and
 * its subtype alike: so the parameters are left out, and one that is not plain is `application/octet-stream`.
 */
export function essenceOf(contentType: string | undefined): string | undefined {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (essence === undefined) return undefined;
  const isPlain = essence.length <= MOST_ESSENCE && PLAIN.test(essence);
  return isPlain ? essence : 'application/octet-stream';
}
