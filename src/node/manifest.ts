import * as z from 'zod';
import { ok, type Result, refuse, TollkeeperError } from '../base/index.ts';
import { TARGETS, type Target } from './target.ts';

/** A hash that is pinned, and why it is believed. */
const pinned = z
  .strictObject({
    hex: z.string().regex(/^[0-9a-f]{64}$/),
    /** How many of the places that it was seen at do not have it from one another. */
    sources: z.int().min(1),
    seenAt: z
      .array(z.strictObject({ where: z.string().min(1).max(300), on: z.iso.date() }))
      .min(1)
      .max(20),
  })
  .refine(({ sources, seenAt }) => sources <= seenAt.length);

const manifestSchema = z.strictObject({
  version: z.string().regex(/^v\d{1,3}\.\d{1,3}\.\d{1,3}(-[\w.]{1,20})?$/),
  baseUrl: z.url({ protocol: /^https$/ }),
  targets: z.partialRecord(
    z.enum(TARGETS),
    z.strictObject({
      // It becomes a name in the file system.
      archive: z.string().regex(/^[a-z0-9][\w.-]{0,80}\.tar\.gz$/),
      archiveSha256: pinned,
      binarySha256: pinned,
    }),
  ),
});

/** Which release of lnd is used, what its files have to be, and on whose word. */
export type Manifest = z.infer<typeof manifestSchema>;

/** What a release is for one target. */
export interface Release {
  /** As lnd names it: `v0.20.0-beta`. */
  readonly version: string;
  readonly target: Target;
  readonly baseUrl: string;
  readonly archive: string;
  readonly archiveSha256: string;
  readonly binarySha256: string;
}

/** Reads a manifest. Throws where it is not one: those in use are a part of Tollkeeper. */
export function manifestOf(json: unknown): Manifest {
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new TollkeeperError('internal_error', undefined, { cause: parsed.error });
}

/** The release for a target; `invalid_target` where the manifest has none. */
export function releaseFor(
  { version, baseUrl, targets }: Manifest,
  target: Target,
): Result<Release> {
  const pins = targets[target];
  if (pins === undefined) return refuse('invalid_target', `There is no ${version} for ${target}.`);
  const { archive, archiveSha256, binarySha256 } = pins;
  const hashes = { archiveSha256: archiveSha256.hex, binarySha256: binarySha256.hex };
  return ok({ version, target, baseUrl, archive, ...hashes });
}
