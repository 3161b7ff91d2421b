import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bear } from '../../src/node/index.ts';
import { rightsOf } from '../../src/node/rights.ts';
import { ROLES } from '../../src/node/role.ts';
import { NEW_WALLET, operatedLnd } from './operated-lnd.ts';

/** What somebody with a stolen macaroon would like to do. */
const HARM = [
  'openChannelSync',
  'sendCoins',
  'sendMany',
  'newAddress',
  'bakeMacaroon',
  'stopDaemon',
  'connectPeer',
  'updateChannelPolicy',
  'restoreChannelBackups',
  'abandonChannel',
  'signMessage',
];

const methodOf = (address: string) => {
  const name = address.split('/').at(-1) ?? '';
  return `${name[0]?.toLowerCase()}${name.slice(1)}`;
};

describe('the macaroon of a role', () => {
  test.each(['buyer', 'seller', 'keeper'] as const)(
    'of the %s allows its methods and no harm',
    async role => {
      const lnd = await operatedLnd();
      await bear(lnd.nursery, NEW_WALLET);
      const operator = lnd.as(role);
      const own = ROLES[role].filter(address => address.startsWith('/lnrpc.')).map(methodOf);
      for (const method of own.filter(name => !name.startsWith('subscribe'))) {
        expect(await operator.ask(method, {}), method).toMatchObject({ ok: true });
      }
      for (const method of HARM.filter(name => !own.includes(name))) {
        expect(await operator.ask(method, {}), method).toEqual({
          ok: false,
          code: 'node_macaroon_refused',
        });
      }
      const macaroon = (await lnd.vault.read(role))!;
      expect(rightsOf(macaroon)).toEqual(ROLES[role].map(address => `uri:${address}`));
    },
  );

  test('spends, stops and makes invoices for no other role', () => {
    const holders = (method: string) =>
      Object.entries(ROLES).filter(([, may]) =>
        may.some(address => address.endsWith(`/${method}`)),
      );
    expect(holders('SendPaymentV2').map(([role]) => role)).toEqual(['buyer']);
    expect(holders('StopDaemon').map(([role]) => role)).toEqual(['keeper']);
    expect(holders('AddInvoice').map(([role]) => role)).toEqual(['seller']);
    const admins = ['OpenChannelSync', 'CloseChannel', 'SendCoins', 'BakeMacaroon'];
    for (const method of [...admins, 'ExportAllChannelBackups', 'VerifyChanBackup']) {
      expect(holders(method)).toEqual([]);
    }
  });

  test.each(['buyer', 'seller'] as const)(
    'of the %s is what the guide tells operators of their own lnd to bake',
    role => {
      const guide = readFileSync('docs/lightning.md', 'utf8');
      const [, command = ''] = guide.split(`--save_to ${role}.macaroon`);
      const baked = command.slice(0, command.indexOf('\n```'));
      const told = [...baked.matchAll(/uri:(\/[\w.]+\/\w+)/g)].map(([, address]) => address);
      expect(told.toSorted()).toEqual(ROLES[role].toSorted());
    },
  );
});

/** The buyer's macaroon of a throw-away regtest node, as lnd v0.20.1 baked it. */
const BAKED =
  '0201036c6e6402f801030a104b67ef5f645789124932408da2cadf4d1201301adf010a03757269121f2f6c6e727063' +
  '2e4c696768746e696e672f4368616e6e656c42616c616e636512182f6c6e7270632e4c696768746e696e672f476574' +
  '496e666f121d2f6c6e7270632e4c696768746e696e672f4c6973744368616e6e656c73121d2f6c6e7270632e4c6967' +
  '68746e696e672f4c6973745061796d656e7473121c2f6c6e7270632e4c696768746e696e672f5175657279526f7574' +
  '6573121f2f726f757465727270632e526f757465722f53656e645061796d656e74563212202f726f757465727270632e' +
  '526f757465722f547261636b5061796d656e7456320000062011bbaf0056cce1e30d1dc6849dc940adf3fb71c50fbb' +
  'c13120287634fe2cf4af';

describe('what a macaroon says of itself', () => {
  test('is read from one that a real lnd baked', () => {
    const rights = rightsOf(Buffer.from(BAKED, 'hex'));
    expect(rights?.toSorted()).toEqual(ROLES.buyer.map(address => `uri:${address}`).toSorted());
  });

  test('is nothing where it is cut off, or something else, and never an exception', () => {
    const whole = Buffer.from(BAKED, 'hex');
    const identifierEnds = whole.indexOf('TrackPaymentV2') + 'TrackPaymentV2'.length;
    for (let length = 0; length < identifierEnds; length += 1) {
      expect(rightsOf(whole.subarray(0, length))).toBeUndefined();
    }
    for (let at = 0; at < whole.length; at += 1) {
      for (const byte of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        expect(() => rightsOf(changed)).not.toThrow();
      }
    }
    // The first two have an identifier of the bakery's, with a right to nothing named, and with none.
    for (const other of [
      '020203031a00',
      '02020103',
      '',
      '02',
      '0202',
      '020101',
      'ff'.repeat(64),
      '80'.repeat(64),
    ]) {
      expect(rightsOf(Buffer.from(other, 'hex'))).toBeUndefined();
    }
    expect(rightsOf(Buffer.from('0014location lnd'))).toBeUndefined();
  });
});
