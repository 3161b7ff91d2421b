import type { McpServer } from '@modelcontextprotocol/server';
import type { Clock, Log } from '../../base/index.ts';
import type { Sheet } from './sheet.ts';

/** Puts questions to a 2025-era client's human while the calls go on. */
export interface Dialogs {
  /** Resolves when the form is closed: answered, dismissed or failed. Never rejects. */
  show(sheet: Sheet): Promise<void>;
}

/** What dialogs work with. */
interface Parts {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the dialogs of one connection. A form is apart from the call that caused it: that call may end,
 * time out or be cancelled, and the human's answer still counts, because the record judges it. Each
 * question has one form at a time, however many calls join it.
 */
export function openDialogs({ server }: McpServer, { clock, log }: Parts): Dialogs {
  const open = new Map<string, Promise<void>>();
  const put = async ({ form, expiresAt, take }: Sheet): Promise<void> => {
    // Past its own timeout the SDK drops an answer silently, so the form lives as long as the question.
    const timeout = Math.max(1, expiresAt - clock.now());
    await take(await server.elicitInput(form, { timeout }));
  };
  return {
    show(sheet) {
      const { key } = sheet;
      const form =
        open.get(key) ??
        put(sheet)
          .catch((error: unknown) => log.info({ key, error }, 'a form brought no answer'))
          .finally(() => open.delete(key));
      open.set(key, form);
      return form;
    },
  };
}
