import { type ParsedSettings, parseSettings, parseSettingsText } from '../../policy/index.ts';
import type { FileText } from './file-text.ts';

/** Checks what was read; a missing file states nothing, so the defaults count. */
export function parseFile(file: FileText): ParsedSettings {
  switch (file.kind) {
    case 'missing':
      return parseSettings({});
    case 'unreadable':
      return { ok: false, issues: [{ path: '', problem: file.problem, fix: file.fix }] };
    case 'text':
      return parseSettingsText(file.text);
  }
}
