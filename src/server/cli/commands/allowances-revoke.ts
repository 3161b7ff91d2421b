import * as z from 'zod';
import { LOCAL_OWNER } from '../../owner.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withTollkeeper } from '../opened.ts';

const allowanceId = z.templateLiteral(['allow_', z.string().regex(/^[0-9a-f-]{36}$/)], {
  error: 'must be an allowance id, as `tollkeeper allowances` lists them',
});

/** Takes an allowance back. What is on its way under it goes on; the next purchase asks again. */
export const allowancesRevoke = defineCommand({
  usage: 'allowances revoke <id>',
  summary: 'Take an allowance back, so that its host is asked about again',
  examples: ['tollkeeper allowances revoke allow_01234567-89ab-4cde-8f01-23456789abcd'],
  input: z.strictObject({ id: allowanceId }),
  run: ({ home, output }, { id }) =>
    withTollkeeper(home, async ({ store }) => {
      const revoked = await store.allowances.revoke(LOCAL_OWNER, id);
      const text = revoked ? `${id} is revoked.` : 'There is no such live allowance.';
      output.answer({ id, revoked }, text);
      return revoked ? EXIT.done : EXIT.nothing;
    }),
});
