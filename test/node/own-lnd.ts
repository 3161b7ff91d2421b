import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes an lnd of the operator's own that is a program of ours, and tells it as the settings name it. */
export function ownLnd(home: string): { readonly path: string; readonly sha256: string } {
  const path = join(home, 'own-lnd.sh');
  const program = join(import.meta.dirname, 'lnd-program.ts');
  const version = 'lnd version 0.20.1-beta commit=v0.20.1-beta';
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo '${version}' && exit\nexec '${process.execPath}' '${program}' "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return { path, sha256: createHash('sha256').update(script).digest('hex') };
}
