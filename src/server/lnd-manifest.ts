import json from '../../manifests/lnd.json' with { type: 'json' };
import { type Manifest, manifestOf } from '../node/index.ts';

/** The manifest that is shipped: which lnd is fetched and run, and on whose word its hashes are believed. */
export function lndManifest(): Manifest {
  return manifestOf(json);
}
