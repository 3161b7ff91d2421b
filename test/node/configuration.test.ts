import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { configurationText, type NodeConfiguration } from '../../src/node/configuration.ts';
import { type NodeNetwork, placeOf } from '../../src/node/index.ts';
import { choosePorts, isListening } from '../../src/node/ports.ts';
import { freePort } from './lnd-binary.ts';

const PORTS = { rpc: 10_009, peer: 19_735 };
const PLAIN: NodeConfiguration = { alias: 'rig', rpcPort: 0, peerPort: 0, peers: [], feeUrl: '' };

const textOf = (
  network: NodeNetwork,
  changes: Partial<NodeConfiguration> = {},
  home = '/home/satoshi/.tollkeeper',
) => configurationText(placeOf(home, network), { ...PLAIN, ...changes }, PORTS);

function linesOf(...args: Parameters<typeof textOf>): string[] {
  const text = textOf(...args);
  if (!text.ok) throw new Error(text.detail);
  return text.value.split('\n').filter(line => line !== '' && !line.startsWith('#'));
}

test('the configuration of a mainnet node holds what the settings say, on loopback alone', () => {
  const peers = ['node.example:8333', '[2001:db8::1]:8333'];
  const feeUrl = 'https://fees.example/v1/fees.json';
  expect(linesOf('mainnet', { peers, feeUrl })).toEqual([
    '[Application Options]',
    'alias="rig"',
    'lnddir="/home/satoshi/.tollkeeper/lnd/mainnet"',
    'datadir="/home/satoshi/.tollkeeper/lnd/mainnet/data"',
    'logdir="/home/satoshi/.tollkeeper/lnd/mainnet/logs"',
    'tlscertpath="/home/satoshi/.tollkeeper/lnd/mainnet/tls.cert"',
    'tlskeypath="/home/satoshi/.tollkeeper/lnd/mainnet/tls.key"',
    'tlsautorefresh=1',
    'tlsdisableautofill=1',
    'rpclisten=127.0.0.1:10009',
    'listen=127.0.0.1:19735',
    'norest=1',
    'debuglevel=info',
    '[logging]',
    'logging.console.disable=1',
    '[Bitcoin]',
    'bitcoin.active=1',
    'bitcoin.mainnet=1',
    'bitcoin.node=neutrino',
    '[neutrino]',
    'neutrino.addpeer="node.example:8333"',
    'neutrino.addpeer="[2001:db8::1]:8333"',
    '[fee]',
    'fee.url="https://fees.example/v1/fees.json"',
  ]);
});

test('a node on regtest has no peers but the named ones, and looks for no others', () => {
  const lines = linesOf('regtest', { peers: ['127.0.0.1:18444'] });
  expect(lines).toContain('nobootstrap=1');
  expect(lines).toContain('neutrino.connect="127.0.0.1:18444"');
  expect(lines).toContain('bitcoin.regtest=1');
  expect(lines).not.toContain('[fee]\n');
  expect(linesOf('regtest').filter(line => line.startsWith('neutrino.'))).toEqual([]);
});

test.each<NodeNetwork>(['testnet', 'signet'])('a node on %s may bootstrap', network => {
  expect(linesOf(network)).toContain(`bitcoin.${network}=1`);
  expect(linesOf(network)).not.toContain('nobootstrap=1');
});

test('mainnet without a source of fee rates is refused before lnd is', () => {
  expect(textOf('mainnet')).toMatchObject({
    code: 'node_config_invalid',
    detail: expect.stringContaining('lnd.feeUrl'),
  });
});

test('what is odd in a value stays in it', () => {
  const lines = linesOf('regtest', { alias: '" ; # no-macaroons=1 \\' });
  expect(lines).toContain(String.raw`alias="\" ; # no-macaroons=1 \\"`);
  expect(linesOf('regtest', {}, '/home/the "user"')).toContain(
    String.raw`lnddir="/home/the \"user\"/lnd/regtest"`,
  );
});

test('a node without a name leaves that to lnd', () => {
  expect(linesOf('regtest', { alias: '' }).filter(line => /^alias/.test(line))).toEqual([]);
});

test.each<[string, Partial<NodeConfiguration>]>([
  ['lnd.alias', { alias: 'a\nno-macaroons=1' }],
  ['lnd.alias', { alias: 'a\rno-macaroons=1' }],
  ['lnd.alias', { alias: 'a\u0000' }],
  ['lnd.peers', { peers: ['a.example:1', 'b.example:1\nno-macaroons=1'] }],
  ['lnd.feeUrl', { feeUrl: 'https://a.example/\u2028x' }],
  ['lnd.alias', { alias: '\ud800' }],
])('a value that could write a line of its own is refused: %s', (name, changes) => {
  expect(textOf('regtest', changes)).toMatchObject({
    code: 'node_config_invalid',
    detail: expect.stringContaining(name),
  });
});

test('so is a path that lnd would read as another', () => {
  const refused = { code: 'node_config_invalid' };
  expect(textOf('regtest', {}, '/home/$USER')).toMatchObject(refused);
  expect(textOf('regtest', {}, '/home/a\nb')).toMatchObject(refused);
});

/** Takes a port of loopback. */
async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return server;
}

test('named ports are taken as they are, if they are free', async () => {
  const [rpcPort, peerPort] = [await freePort(), await freePort()];
  expect(await choosePorts({ rpcPort, peerPort })).toEqual({
    ok: true,
    value: { rpc: rpcPort, peer: peerPort },
  });
});

test.each(['lnd.rpcPort', 'lnd.peerPort'])(
  'a named port that is in use is refused: %s',
  async name => {
    const ports = { rpcPort: await freePort(), peerPort: await freePort() };
    const port = name === 'lnd.rpcPort' ? ports.rpcPort : ports.peerPort;
    await occupy(port);
    expect(await choosePorts(ports)).toEqual({
      ok: false,
      code: 'port_taken',
      detail: `${name} is ${port}.`,
    });
  },
);

test('one port cannot be both', async () => {
  const port = await freePort();
  expect(await choosePorts({ rpcPort: port, peerPort: port })).toMatchObject({
    code: 'node_config_invalid',
  });
});

test('a port that is left open is the usual one, or the next that is free', async () => {
  const first = await choosePorts({ rpcPort: 0, peerPort: 0 });
  if (!first.ok) throw new Error(first.code);
  expect(first.value.rpc).toBeGreaterThanOrEqual(10_009);
  expect(first.value.peer).toBeGreaterThanOrEqual(19_735);
  await occupy(first.value.rpc);
  const second = await choosePorts({ rpcPort: 0, peerPort: 0 });
  if (!second.ok) throw new Error(second.code);
  expect(second.value.rpc).toBeGreaterThan(first.value.rpc);
  const third = await choosePorts({ rpcPort: 0, peerPort: second.value.rpc });
  if (!third.ok) throw new Error(third.code);
  expect(third.value.rpc).not.toBe(second.value.rpc);
});

test('whether somebody listens is known at once', async () => {
  const port = await freePort();
  expect(await isListening(`127.0.0.1:${port}`, systemClock)).toBe(false);
  await occupy(port);
  expect(await isListening(`127.0.0.1:${port}`, systemClock)).toBe(true);
});
