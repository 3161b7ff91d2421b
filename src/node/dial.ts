import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthenticatedLnd, UnauthenticatedLnd } from 'ln-service';

/** Where a node answers, and the certificate that it must show. */
export interface NodePort {
  /** `host:port`. */
  readonly socket: string;
  /** PEM: the only certificate (or authority) that is believed. */
  readonly certificate: string;
}

/** Connects to a node, to do there what the macaroon allows; nothing is sent yet. */
export async function dial(port: NodePort, macaroon: Uint8Array): Promise<AuthenticatedLnd> {
  const { default: service } = await import('ln-service');
  const { lnd } = service.authenticatedLndGrpc({
    ...reach(port),
    macaroon: Buffer.from(macaroon).toString('base64'),
  });
  return lnd;
}

/** Connects to what a node opens to everybody; nothing is sent yet. */
export async function dialOpen(port: NodePort): Promise<UnauthenticatedLnd> {
  const { default: service } = await import('ln-service');
  return service.unauthenticatedLndGrpc(reach(port)).lnd;
}

/** lnd's interface beside the bundle; in a checkout ln-service finds its own. */
const PROTOS: string = join(import.meta.dirname, 'protos');

function reach({ socket, certificate }: NodePort) {
  return {
    ...(existsSync(PROTOS) ? { path: PROTOS } : {}),
    socket,
    cert: Buffer.from(certificate).toString('base64'),
  };
}
