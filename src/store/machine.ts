import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names the machine that this process runs on: on Linux by its boot, which the containers of one host share;
 * elsewhere by the first part of the host's name, because the rest of it changes with the network.
 */
export function thisMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname().split('.')[0] ?? '';
  }
}
