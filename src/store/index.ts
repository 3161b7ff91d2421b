export { backUp, type Contents } from './backup.ts';
export { withKillSwitch } from './kill-switch.ts';
export { type Backup, openBackup, type Restored } from './restore.ts';
export { openStore, type Store } from './store.ts';
