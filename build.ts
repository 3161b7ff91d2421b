import { cpSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

// Put in place whole, so that what runs from there meanwhile finds its parts: the same sources have the same names.
const draft = `.dist-${process.pid}`;
const { metafile } = await build({
  entryPoints: { tollkeeper: 'src/tollkeeper.ts' },
  outdir: draft,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // Parsing is a third of a cold start; names are kept for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  // Everybody's licence goes into one file, below.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // Bundled CommonJS modules call require() for node's own.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url),bundle=import.meta.dirname;",
  },
  // And look for their files beside themselves: ln-service's are put beside the bundle.
  define: { __dirname: 'bundle' },
});
cpSync('node_modules/lightning/grpc/protos', `${draft}/protos`, { recursive: true });
cpSync('node_modules/tiny-secp256k1/lib/secp256k1.wasm', `${draft}/secp256k1.wasm`);
writeFileSync(`${draft}/LICENSES.txt`, licences(Object.keys(metafile.inputs)));
rmSync('dist', { recursive: true, force: true });
renameSync(draft, 'dist');

/** The licences of the packages whose code is in the bundle: they ask to go where it goes. */
function licences(inputs: readonly string[]): string {
  const packages = new Set(
    inputs.flatMap(input => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  return [...packages]
    .sort()
    .map(directory => {
      const { name, version, license } = JSON.parse(
        readFileSync(`${directory}/package.json`, 'utf8'),
      );
      const [file] = globSync(`${directory}/{LICENSE,LICENCE,license}*`);
      const text = file === undefined ? '' : `\n${readFileSync(file, 'utf8').trim()}\n`;
      return `${name} ${version} (${license})\n${text}`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
