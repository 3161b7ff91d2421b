export type { SettingsNow } from './effective.ts';
export type { Changed } from './rewrite.ts';
export { openSettings, type SettingsFile } from './settings-file.ts';
