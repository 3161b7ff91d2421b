import { join } from 'node:path';
import { loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const PROTOS = join('node_modules', 'lightning', 'grpc', 'protos');
const OPTIONS = { defaults: true, enums: String, keepCase: true, longs: String, oneofs: true };

const read = new Map<string, ServiceDefinition>();

/** lnd's own definition of a service. It takes a while to read, so that is done once. */
export function serviceOf(file: 'lightning' | 'router', name: string): ServiceDefinition {
  const known = read.get(name);
  if (known) return known;
  const packages = loadPackageDefinition(loadSync(join(PROTOS, `${file}.proto`), OPTIONS));
  const room = packages[file === 'lightning' ? 'lnrpc' : 'routerrpc'];
  const { service } = (room as unknown as Record<string, { service: ServiceDefinition }>)[name]!;
  read.set(name, service);
  return service;
}

/** gRPC's statuses, as far as lnd uses them. */
export const STATUS = { UNKNOWN: 2, NOT_FOUND: 5, ALREADY_EXISTS: 6 } as const;

/** A refusal in lnd's words. */
export class Refusal extends Error {
  readonly code: number;
  readonly details: string;

  constructor(details: string, code: number = STATUS.UNKNOWN) {
    super(details);
    this.details = details;
    this.code = code;
  }
}
