import { execFileSync } from 'node:child_process';

/** Builds the bundle once, so that end-to-end tests run what is shipped. */
export default function build(): void {
  execFileSync('node', ['build.ts'], { stdio: 'inherit' });
}
