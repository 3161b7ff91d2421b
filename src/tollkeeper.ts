#!/usr/bin/env node
// The smallest possible entry: it turns on Node's compile cache before anything heavy is loaded, which
// saves a third of the start. The default place for the cache is under the temporary directory, where
// others can write: unfit for a program that pays.
import { existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { main } from './server/main.ts';

const OLDEST = [22, 23] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `tollkeeper needs Node ${OLDEST.join('.')} or newer, not ${process.version}.
In a checkout, npx finds the Node that npm ci brought: npx node dist/tollkeeper.js\n`,
  );
  process.exit(1);
}
// What Node will drop one day concerns who wrote a library, not whoever runs this.
process.noDeprecation = true;
// gRPC would dial every node through them, even one on this machine, and ln-service has no option against it.
for (const proxy of ['grpc_proxy', 'https_proxy', 'http_proxy']) delete process.env[proxy];
const shared = join(homedir(), '.cache');
const cache = join(shared, 'tollkeeper');
try {
  // One by one: a recursive mkdir never ends where a parent exists and nothing can be made in it (procfs).
  for (const path of [shared, cache]) if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
  module.enableCompileCache(cache);
} catch {
  // Without a place for the cache everything works, only slower.
}
await main(process.argv.slice(2), process.env);
