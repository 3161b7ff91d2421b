export { openKeyring, type Sealer } from './keyring.ts';
export { openPin, type Pin } from './pin.ts';
export { createFile, readIfThere, replaceFile } from './private-file.ts';
