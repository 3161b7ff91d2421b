import { ok, type Result, refuse } from '../base/index.ts';
import type { NodeNetwork, NodePlace } from './place.ts';
import type { Ports, WantedPorts } from './ports.ts';

/** What the operator's settings say of a supervised lnd. */
export interface NodeConfiguration extends WantedPorts {
  readonly alias: string;
  /** Bitcoin nodes with compact block filters (BIP157), each `host:port`. */
  readonly peers: readonly string[];
  /** Where lnd asks for fee rates; empty for nowhere. */
  readonly feeUrl: string;
}

/** lnd's names for the networks; its `testnet` is the third. */
const FLAGS: Readonly<Record<NodeNetwork, string>> = {
  mainnet: 'bitcoin.mainnet',
  testnet: 'bitcoin.testnet',
  signet: 'bitcoin.signet',
  regtest: 'bitcoin.regtest',
};

/** The one that writes to lnd's output, where only what it says before its log is open is to stand. */
const SECOND_LOGGER = 'console';

/**
 * lnd.conf, as lnd v0.20 reads it (`config.go`, go-flags 1.4): loopback alone, no REST, no password file. Refused with
 * `node_config_invalid` where lnd could not start with it, or a value could say more than itself.
 */
export function configurationText(
  place: NodePlace,
  configuration: NodeConfiguration,
  ports: Ports,
): Result<string> {
  const problem = problemOf(place, configuration);
  if (problem !== undefined) return refuse('node_config_invalid', problem);
  const sections = Object.entries(sectionsOf(place, configuration, ports));
  const texts = sections.map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`);
  return ok(`# Written anew from Tollkeeper's settings before each start.\n\n${texts.join('\n')}`);
}

function sectionsOf(
  place: NodePlace,
  { alias, peers, feeUrl }: NodeConfiguration,
  ports: Ports,
): Record<string, string[]> {
  const isRegtest = place.network === 'regtest';
  return {
    'Application Options': [
      // lnd calls itself by the start of its key when it has no name.
      ...(alias === '' ? [] : [option('alias', alias)]),
      option('lnddir', place.root),
      option('datadir', place.data),
      option('logdir', place.logs),
      option('tlscertpath', place.certificate),
      option('tlskeypath', place.certificateKey),
      'tlsautorefresh=1',
      'tlsdisableautofill=1',
      `rpclisten=127.0.0.1:${ports.rpc}`,
      `listen=127.0.0.1:${ports.peer}`,
      'norest=1',
      'debuglevel=info',
      ...(isRegtest ? ['nobootstrap=1'] : []),
    ],
    logging: [`logging.${SECOND_LOGGER}.disable=1`],
    Bitcoin: ['bitcoin.active=1', `${FLAGS[place.network]}=1`, 'bitcoin.node=neutrino'],
    // Elsewhere the named peers come first, and more are found; on regtest there are no others.
    neutrino: peers.map(peer => option(isRegtest ? 'neutrino.connect' : 'neutrino.addpeer', peer)),
    fee: feeUrl === '' ? [] : [option('fee.url', feeUrl)],
  };
}

/** One line. Quoted as Go and JSON both read it, so that no value is trimmed, cut at a mark or taken for a quotation. */
function option(name: string, value: string): string {
  return `${name}=${JSON.stringify(value)}`;
}

function problemOf(place: NodePlace, configuration: NodeConfiguration): string | undefined {
  const { alias, peers, feeUrl } = configuration;
  const settings = { 'lnd.alias': [alias], 'lnd.peers': peers, 'lnd.feeUrl': [feeUrl] };
  for (const [name, values] of Object.entries(settings)) {
    // They were judged when the settings were read; a line of its own would be a power of its own.
    if (values.some(isUnfit)) return `${name} holds what cannot stand in lnd.conf.`;
  }
  if (isUnfit(place.root)) return 'The path of the data directory has a control character.';
  // lnd replaces variables in paths (`CleanAndExpandPath`), and has no way to write the sign itself.
  if (place.root.includes('$'))
    return 'The path of the data directory has a $, which lnd takes for a variable.';
  if (place.network === 'mainnet' && feeUrl === '') {
    return 'Mainnet needs lnd.feeUrl: lnd cannot tell fee rates from compact filters, and does not start without.';
  }
  return undefined;
}

function isUnfit(value: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(value) || !value.isWellFormed();
}
