import type { Service, ServiceFile } from './service.ts';

/**
 * Only hardening that a manager without privileges can enforce everywhere: no mount namespaces, which need user
 * namespaces that some systems forbid. V8 compiles at run time, so memory may become executable.
 */
const HARDENING = [
  'UMask=0077',
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
];

/** A unit for systemd's user manager (systemd.service(5)). */
export function systemdUnit({ name, program, args, secretFile }: Service): ServiceFile {
  const lines = [
    '# Written by: tollkeeper up --print-service',
    '[Unit]',
    'Description=Tollkeeper, which pays for what its human approved',
    '',
    '[Service]',
    `ExecStart=${[quoted(program), ...args.map(argument)].join(' ')}`,
    ...(secretFile === undefined ? [] : [`EnvironmentFile=${specifierFree(secretFile)}`]),
    'Restart=on-failure',
    'RestartSec=5',
    '# Wrong usage does not become right by itself.',
    'RestartPreventExitStatus=2',
    '# lnd is told to end, and may take longer; it is never killed with its keeper.',
    'KillMode=process',
    'TimeoutStopSec=15',
    ...HARDENING,
    '',
    '[Install]',
    'WantedBy=default.target',
  ];
  return {
    kind: 'systemd',
    path: `~/.config/systemd/user/${name}.service`,
    text: `${lines.join('\n')}\n`,
    install: [
      `systemctl --user daemon-reload && systemctl --user enable --now ${name}`,
      'loginctl enable-linger   # so that it runs while you are not logged in',
      `journalctl --user -u ${name} -f`,
    ],
  };
}

/** A word of a command line: in quotes, and nothing in it expanded. */
function quoted(word: string): string {
  return `"${specifierFree(word).replace(/["\\]/g, '\\$&')}"`;
}

/** Every word but the first also has variables expanded. */
function argument(word: string): string {
  return quoted(word).replaceAll('$', '$$$$');
}

function specifierFree(text: string): string {
  return text.replaceAll('%', '%%');
}
