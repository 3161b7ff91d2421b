import type { Service, ServiceFile } from './service.ts';

/** Reads a file of variables and becomes the program: launchd itself has no place for a secret but the plist. */
const WITH_SECRETS = ['/bin/sh', '-c', 'set -a; . "$1"; shift; exec "$@"', 'tollkeeper'];

/** An agent for launchd (launchd.plist(5)). */
export function launchdPlist({ name, program, args, secretFile }: Service): ServiceFile {
  const label = `local.${name}`;
  const command = [program, ...args];
  const words = secretFile === undefined ? command : [...WITH_SECRETS, secretFile, ...command];
  const path = `~/Library/LaunchAgents/${label}.plist`;
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escaped(label)}</string>
  <key>ProgramArguments</key>
  <array>
${words.map(word => `    <string>${escaped(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>5</integer>
  <key>ExitTimeOut</key>
  <integer>15</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`;
  const install = [
    `launchctl bootstrap gui/$(id -u) ${path}`,
    `launchctl print gui/$(id -u)/${label}`,
  ];
  return { kind: 'launchd', path, text, install };
}

/** Text between two tags (XML 1.0 §2.4). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
