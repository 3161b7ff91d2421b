import { CODES } from '../src/base/index.ts';
import { ALLOWED_HEADERS } from '../src/http/index.ts';
import { settingsDocs } from '../src/policy/index.ts';
import { BUYER_TOOLS, SELLER_TOOLS } from '../src/tools/index.ts';
import { table } from './markdown.ts';
import { STATUS_MEANINGS } from './meanings.ts';
import { toolSections } from './tools.ts';

const GENERATED = '<!-- Written by `npm run docs` from the code. Do not edit. -->';

const code = (text: string): string => `\`${text}\``;

/** `docs/settings.md`: every setting with its values, default and meaning. */
export function settingsPage(): string {
  const rows = settingsDocs().map(({ path, values, standard, meaning }) => [
    code(path),
    values,
    code(JSON.stringify(standard)),
    meaning,
  ]);
  return `# Settings

${GENERATED}

\`settings.json\` lies in the data directory (\`~/.tollkeeper\`, or where \`--home\` or \`TOLLKEEPER_HOME\` points). It holds only what differs from the defaults: \`{}\` is a valid file, and so is none. What it says of money, hosts and approvals counts at the next look; \`http\`, \`bodies\` and \`log\` are read when a process starts; \`seller.listen\`, \`seller.admin\`, \`seller.tls\` and \`seller.trustedProxies\` when the gateway opens, so a certificate that was renewed needs it to be started anew. An unknown or invalid setting stops all payments until it is mended, and \`tollkeeper doctor\` names the line and the fix.

Sums are whole satoshis, and fees count into every one of them. A host is written as URLs have it: \`shop.example\`, \`localhost:8402\`, \`shop.example:*\` for any port, \`*.example.com\` for its subdomains.

Once a PIN is set (\`tollkeeper pin set\`), an edit of the file counts at once for what it tightens, and for what it loosens only after \`tollkeeper settings confirm\`.

${table(['setting', 'values', 'default', 'meaning'], rows)}

A file that says something:

\`\`\`json
{
  "caps": { "requestSats": 200, "daySats": 2000 },
  "hosts": { "block": ["*.casino.example"] },
  "autoApprove": [{ "host": "weather.example", "maxSats": 10, "maxSatsPerDay": 100 }]
}
\`\`\`
`;
}

/** `docs/errors.md`: the closed table of codes. */
export function errorsPage(): string {
  const rows = Object.entries(CODES).map(([name, { message, hint, retry, money }]) => [
    code(name),
    message,
    hint,
    code(retry),
    code(money),
  ]);
  return `# Codes

${GENERATED}

Whatever fails or is refused says so with one of these codes, a message, a hint, and two words:

- \`retry\`: \`never\` (the same call will fail again), \`after_fix\` (mend what the hint names), \`later\` (wait), \`poll\` (look at the same task; do not buy again).
- \`money\`: \`not_moved\`, \`maybe_moved\` (a payment may be on its way; its sum stays reserved), \`moved\` (it was paid). An error that breaks off a call which may spend, rather than refusing it, says \`maybe_moved\` and \`poll\` where the table says \`not_moved\`.

${table(['code', 'what happened', 'what to do', 'retry', 'money'], rows)}
`;
}

/** `docs/tools.md`: every tool with every field. */
export function toolsPage(): string {
  const headers = [...ALLOWED_HEADERS].map(code).join(', ');
  const statuses = Object.entries(STATUS_MEANINGS).map(([name, meaning]) => [code(name), meaning]);
  return `# Tools

${GENERATED}

Every result is \`structuredContent\` with a short text beside it. Amounts are in millisatoshis (1 sat = 1,000 msat). Beside the fields below each result has a \`receipt\`: \`params_hash\` and \`output_hash\` (SHA-256 of canonical JSON), \`latency_ms\` and \`side_effects\`. A failure has \`isError\`, and instead of the fields an \`error\` with \`code\`, \`message\`, \`hint\`, \`retry\` and \`money\` ([codes](errors.md)).

\`l402_task\`, \`l402_approve\` and \`l402_cancel\` list only the first fields of a task; they answer with all that \`l402_fetch\` lists.

The headers of a request may be ${headers}; any other is refused.

${table(['status', 'the purchase'], statuses)}

${toolSections(BUYER_TOOLS)}

# Tools that sell

They are listed with \`tollkeeper mcp --tools buyer,seller\`, or \`--tools seller\`. The list shows only the first fields of what they answer, and of what \`paywall_update\` takes. \`policy\` and \`routes\` can be given back as they were shown. How it all fits together: [selling](selling.md).

${toolSections(SELLER_TOOLS)}
`;
}
