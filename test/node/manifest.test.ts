import { describe, expect, test } from 'vitest';
import { manifestOf, targetNamed, targetOf } from '../../src/node/index.ts';
import { lndManifest } from '../../src/server/lnd-manifest.ts';

describe('targets', () => {
  test.for([
    ['linux', 'x64', 'linux-amd64'],
    ['linux', 'arm64', 'linux-arm64'],
    ['darwin', 'x64', 'darwin-amd64'],
    ['darwin', 'arm64', 'darwin-arm64'],
  ] as const)('%s on %s is %s', ([platform, arch, target]) => {
    expect(targetOf(platform, arch)).toEqual({ ok: true, value: target });
    expect(targetNamed(target)).toEqual({ ok: true, value: target });
  });

  test.for([
    ['win32', 'x64'],
    ['linux', 'ia32'],
    ['linux', 'riscv64'],
    ['freebsd', 'x64'],
    ['constructor', 'x64'],
  ] as const)('%s on %s is none', ([platform, arch]) => {
    expect(targetOf(platform, arch)).toMatchObject({ code: 'unsupported_platform' });
  });

  test('Windows is told of WSL', () => {
    expect(targetOf('win32', 'x64')).toMatchObject({ detail: expect.stringContaining('WSL') });
  });

  test.for(['linux', 'linux-x64', 'windows-amd64', 'Linux-amd64', '../linux-amd64', ''])(
    '"%s" names none, and is told which there are',
    name => {
      const detail = 'It is one of darwin-amd64, darwin-arm64, linux-amd64, linux-arm64.';
      expect(targetNamed(name)).toEqual({ ok: false, code: 'invalid_target', detail });
    },
  );
});

describe('the manifest that is shipped', () => {
  test('pins a release of every target, each hash with the places that it was seen at', () => {
    const { version, targets } = lndManifest();
    expect(version).toBe('v0.20.0-beta');
    expect(Object.keys(targets)).toEqual([
      'darwin-amd64',
      'darwin-arm64',
      'linux-amd64',
      'linux-arm64',
    ]);
    const pins = Object.entries(targets).flatMap(
      ([target, { archive, archiveSha256, binarySha256 }]) => {
        expect(archive).toBe(`lnd-${target}-${version}.tar.gz`);
        return [archiveSha256, binarySha256];
      },
    );
    expect(new Set(pins.map(({ hex }) => hex)).size).toBe(8);
    expect(pins.filter(({ sources }) => sources > 1)).toEqual([
      targets['linux-amd64']?.archiveSha256,
    ]);
  });

  test.for<[string, RegExp, string]>([
    ['a hash that is none', /"hex":"[0-9a-f]{64}"/, '"hex":"abc"'],
    ['more sources than places', /"sources":1/, '"sources":2'],
    ['a hash that nobody saw', /"seenAt":\[.*?\]/, '"seenAt":[]'],
    ['an archive outside', /"archive":"/, '"archive":"../'],
    ['a target that is none', /"linux-arm64":/, '"windows-amd64":'],
    ['a version that is none', /"version":"/, '"version":"../'],
    ['releases over plain http', /"baseUrl":"https:/, '"baseUrl":"http:'],
  ])('would not be read with %s', ([, right, wrong]) => {
    const text = JSON.stringify(lndManifest());
    expect(manifestOf(JSON.parse(text))).toEqual(lndManifest());
    const spoiled = text.replace(right, wrong);
    expect(spoiled).not.toBe(text);
    expect(() => manifestOf(JSON.parse(spoiled))).toThrow(
      expect.objectContaining({ code: 'internal_error' }),
    );
  });
});
